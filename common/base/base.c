#include "common/base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes off a UTF-8 sequence that the bound has cut in two. */
static void
trim_torn(char *text)
{
	size_t n = strlen(text), at = n;
	size_t need;
	unsigned char lead;

	while (at > 0 && ((unsigned char)text[at - 1] & 0xc0) == 0x80)
		at--;
	if (at == 0)
		return;
	lead = (unsigned char)text[at - 1];
	need = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (n - at + 1 < need)
		text[at - 1] = '\0';
}

/* By way of a copy: an argument may well be E's own text, to be wrapped. */
enum rc
err_set(struct err *e, enum rc rc, const char *fmt, ...)
{
	char text[sizeof(e->text)] = "";
	va_list ap;
	int n;

	if (e == NULL)
		return rc;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(text))
		trim_torn(text);
	e->rc = rc;
	memcpy(e->text, text, strlen(text) + 1);
	return rc;
}

void
must_fail(const char *expr, const char *file, int line)
{
	(void)fprintf(stderr,
	    "level=fatal event=assert.failed at=%s:%d "
	    "expr=\"%s\"\n",
	    file, line, expr);
	abort();
}

static void *
or_die(void *p)
{
	if (p == NULL)
		never("out of memory");
	return p;
}

void *
xmalloc(size_t n)
{
	return or_die(malloc(n > 0 ? n : 1));
}

void *
xcalloc(size_t n, size_t size)
{
	return or_die(calloc(n > 0 ? n : 1, size > 0 ? size : 1));
}

void *
xrealloc(void *p, size_t n)
{
	return or_die(realloc(p, n > 0 ? n : 1));
}

char *
xstrdup(const char *s)
{
	return or_die(strdup(s));
}
