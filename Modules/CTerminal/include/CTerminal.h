/* The system's table of character widths (POSIX wcwidth), which Swift's Glibc module leaves out. */
#ifndef LIAISON_TERMINAL_H
#define LIAISON_TERMINAL_H

#include <stddef.h>

/* Columns of a character in the current locale; -1 where it is not printable. */
int liaison_wcwidth(wchar_t character);

#endif
