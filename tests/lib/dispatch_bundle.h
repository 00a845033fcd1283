/* A house is built (农民建房) in Fenshui, for tests of bundles. */
#ifndef TESTS_DISPATCH_BUNDLE_H
#define TESTS_DISPATCH_BUNDLE_H

#include "tests/lib/dispatch.h"

#define O1 CASEFILE "/O1"
#define HOUSE "VA-030" /* starts bundle BJ, led by TOWNSHIP */
#define CENTRE_CLERK "OF-ZB-0178"

bool bundle_start(struct kit *k, const char *template);
bool bundle_decompose(struct kit *k);
/* BJ, decomposed as the template says. */
void bundle_house(struct kit *k);
/* Step CODE of O1, which is at work: signed, handed in, accepted. */
void bundle_do(struct kit *k, const char *code);
/* ... until the permits are there, and the bundle is integrating. */
void bundle_approved(struct kit *k);
/* ... and integrated. */
void bundle_following(struct kit *k);
/* Its owner answers QUESTION of step CODE. */
bool bundle_say(
    struct kit *k, const char *code, const char *question, bool yes);
/* Both permits are recorded. */
bool bundle_papers(struct kit *k);
bool bundle_integrate(struct kit *k);
bool bundle_ask(
    struct kit *k, const char *code, const struct str *papers, size_t n);
bool bundle_supply(
    struct kit *k, const char *code, const struct str *papers, size_t n);
bool bundle_skip(struct kit *k, const char *code);
bool bundle_reopen(struct kit *k, const char *code, const char *reason);
bool bundle_stop(struct kit *k, const char *approver);

#endif
