/*
 * Asked by libzmq at every handshake (ZMQ RFC 27): who is that, may they come
 * in?  The only handler of the process; served by the bus's own loop.
 */
#ifndef BUS_ZAP_H
#define BUS_ZAP_H

#include "common/bus/socket.h"
#include "services/bus/access.h"

struct zap;

/* Domains: unix sockets are "local", TCP endpoints have their own names. */
#define ZAP_LOCAL "local"
#define ZAP_PUBLISH "publish"
#define ZAP_LIVE "live"
#define ZAP_LOG "log"
#define ZAP_RING "ring"

/* ACCESS is borrowed.  Must be there before anything is bound. */
enum rc zap_open(
    struct zap **zp, struct access *access, struct err *e) MUST_CHECK;
void zap_close(struct zap **zp);
void *zap_socket(struct zap *z); /* for zmq_poll() */
/* Answers who waits, but not for ever. */
void zap_turn(struct zap *z);
/* How many were turned away since the start. */
int64_t zap_refused(const struct zap *z);
/* Those so far were the self-test's own strangers. */
void zap_forget(struct zap *z);

/*
 * The decision alone: the User-Id, empty when it is no.  KEY: 32 bytes, of
 * MECHANISM "CURVE"; TEXT holds what is returned.
 */
struct str zap_decide(struct access *a, struct str domain, struct str mechanism,
    struct str key, char text[CURVE_TEXT]);

#endif
