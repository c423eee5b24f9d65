/* What Swift's Glibc module leaves out: POSIX wcwidth, and the state of standard output. */
#ifndef LIAISON_TERMINAL_H
#define LIAISON_TERMINAL_H

#include <stddef.h>

/* Columns of a character in the current locale; -1 where it is not printable. */
int liaison_wcwidth(wchar_t character);

/* Writes what is buffered of standard output; 0 where all of it has ever been written. */
int liaison_flush_output(void);

#endif
