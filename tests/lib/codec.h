/* What a test of the codec has at hand, fresh for each test. */
#ifndef TESTS_CODEC_H
#define TESTS_CODEC_H

#include "tests/lib/hex.h"
#include "tests/lib/sample.h"

#define CODEC_ROOM ((size_t)256 * 1024)

struct codec {
	struct arena *arena;
	struct buf body;
	struct buf other;
	struct faults faults;
	uint64_t seed;
};

/* For cmocka_unit_test_setup_teardown(). */
int codec_setup(void **state);
int codec_teardown(void **state);

void codec_forget_faults(struct codec *c);
/* A zeroed struct of D's type. */
void *codec_object(struct codec *c, const struct msg_desc *d);
/* Decodes into an object that nobody looks at; the faults are new. */
enum rc codec_decode(struct codec *c, const struct msg_desc *d, struct str body,
    enum msg_mode mode);

#define CODEC_TEST(t)                                                          \
	cmocka_unit_test_setup_teardown(t, codec_setup, codec_teardown)

#endif
