// PostgreSQL's own C library, as Debian's libpq-dev brings it.
#include <libpq-fe.h>
