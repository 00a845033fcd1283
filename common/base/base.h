/* What every file of the project needs: result codes, errors, asserts. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define NORETURN __attribute__((noreturn))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
/* Runs FN(&VAR) when VAR leaves its scope; the project's only unwinding. */
#define AUTO(fn) __attribute__((cleanup(fn)))

/* What the caller must do next.  Why is in struct err. */
enum rc {
	RC_OK,     /* go on */
	RC_RETRY,  /* transient: the same call may succeed later */
	RC_REJECT, /* the input is bad and always will be */
	RC_GONE,   /* somebody else already did it, or it is no more */
	RC_FATAL,  /* this process can not go on */
};

struct err {
	enum rc rc;
	char text[224];
};

/* Fills *E (may be NULL) and returns RC, so that a failure is one line. */
enum rc err_set(struct err *e, enum rc rc, const char *fmt, ...) PRINTF(3, 4);

/* Return from an enum rc function at once when CALL does not succeed. */
#define TRY(call)                                                              \
	do {                                                                   \
		enum rc rc_ = (call);                                          \
		if (rc_ != RC_OK)                                              \
			return rc_;                                            \
	} while (0)

NORETURN void must_fail(const char *expr, const char *file, int line);

/* Invariants of ours only.  Never on bytes that came from outside. */
#define must(e) ((e) ? (void)0 : must_fail(#e, __FILE__, __LINE__))
#define never(text) must_fail(text, __FILE__, __LINE__)

/* Small fixed allocations of our own; dies when memory is out. */
void *xmalloc(size_t n) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *p, size_t n) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));

#endif
