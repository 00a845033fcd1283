/* The bus as a contender: bare frames of docs/protocol.md. */
#ifndef TESTS_BENCH_BUS_H
#define TESTS_BENCH_BUS_H

#include "common/conf/conf.h"
#include "tests/bench/drive.h"

extern const struct contender bus;

/* Settings of this process; dies when they cannot be read. */
const struct conf *bus_conf(void);
/* Connects and greets; NULL when nobody answers within TIMEOUT_MS. */
void *bus_connect(int timeout_ms);
/* The libzmq socket of a client, to be waited for among others. */
void *bus_socket(void *client);

#endif
