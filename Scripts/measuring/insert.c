// Copies a replica's records into a new file with the replica's own table, in plain C: what SQLite alone
// takes for it. Usage: insert REPLICA NEW; prints how many were written and the seconds that it took.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRANSACTION = 1000, COLUMNS = 7 };

static sqlite3 *target;

static void check(int code, int expected) {
  if (code == expected) return;
  fprintf(stderr, "insert: %s\n", target ? sqlite3_errmsg(target) : sqlite3_errstr(code));
  exit(1);
}

static void run(const char *sql) { check(sqlite3_exec(target, sql, NULL, NULL, NULL), SQLITE_OK); }

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  sqlite3 *source;
  sqlite3_stmt *layout, *read, *write;
  if (count != 3) return 2;
  check(sqlite3_open_v2(arguments[1], &source, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  check(sqlite3_open(arguments[2], &target), SQLITE_OK);
  run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  check(sqlite3_prepare_v2(source,
                           "SELECT sql FROM sqlite_schema WHERE tbl_name IN ('kind', 'record') "
                           "AND sql NOT NULL ORDER BY rowid",
                           -1, &layout, NULL),
        SQLITE_OK);
  int step;
  while ((step = sqlite3_step(layout)) == SQLITE_ROW)
    run((const char *)sqlite3_column_text(layout, 0));
  check(step, SQLITE_DONE);
  check(sqlite3_prepare_v2(source,
                           "SELECT record, kind, code, is_deleted, position, revision, bytes "
                           "FROM record ORDER BY id",
                           -1, &read, NULL),
        SQLITE_OK);
  check(sqlite3_prepare_v2(target,
                           "INSERT INTO record (record, kind, code, is_deleted, position, revision, "
                           "bytes) VALUES (?, ?, ?, ?, ?, ?, ?)",
                           -1, &write, NULL),
        SQLITE_OK);
  double seconds = 0;
  long written = 0;
  do {
    // What reading takes is not counted: the rows of a transaction are read before it begins.
    static sqlite3_value *rows[TRANSACTION][COLUMNS];
    int taken = 0;
    while (taken < TRANSACTION && (step = sqlite3_step(read)) == SQLITE_ROW) {
      for (int column = 0; column < COLUMNS; column++)
        rows[taken][column] = sqlite3_value_dup(sqlite3_column_value(read, column));
      taken++;
    }
    double start = now();
    run("BEGIN IMMEDIATE");
    for (int row = 0; row < taken; row++) {
      for (int column = 0; column < COLUMNS; column++)
        sqlite3_bind_value(write, column + 1, rows[row][column]);
      check(sqlite3_step(write), SQLITE_DONE);
      sqlite3_reset(write);
    }
    run("COMMIT");
    seconds += now() - start;
    written += taken;
    for (int row = 0; row < taken; row++)
      for (int column = 0; column < COLUMNS; column++) sqlite3_value_free(rows[row][column]);
  } while (step == SQLITE_ROW);
  check(step, SQLITE_DONE);
  printf("%ld %f\n", written, seconds);
  return 0;
}
