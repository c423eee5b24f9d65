#define _XOPEN_SOURCE 700
#include <stdio.h>
#include <wchar.h>

#include "CTerminal.h"

int liaison_wcwidth(wchar_t character) { return wcwidth(character); }

int liaison_flush_output(void) { return fflush(stdout) == 0 && ferror(stdout) == 0 ? 0 : -1; }
