/* What the world sees of a client's connection (pq.c). */
#ifndef SIM_PQ_H
#define SIM_PQ_H

#include "tests/sim/result.h"

#include <libpq-fe.h>

struct session;

/* Descriptors of connections begin here; poll() is the world's. */
#define CONN_FD 2000

void pq_take(PGconn *c, PGresult *res);
/* The server is gone; SILENTLY: no packet ever says so. */
void pq_lost(PGconn *c, bool silently);
bool pq_readable(const PGconn *c);
struct session *pq_session(const PGconn *c);

#endif
