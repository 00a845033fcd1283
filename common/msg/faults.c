#include "common/msg/msg.h"

#include <stdarg.h>
#include <stdio.h>

#define FAULTS_TEXT_MAX ((size_t)4 * 1024)
#define FAULTS_TOLD_MAX 32

/* A text that was cut to fit must not end inside a character. */
static void
mend_end(char *text)
{
	struct str s = str_of(text);

	for (int i = 0; i < 3 && s.n > 0 && !str_utf8_ok(s); i++)
		text[--s.n] = '\0';
}

void
faults_init(struct faults *f)
{
	*f = (struct faults){ .n = 0 };
	buf_init(&f->text, FAULTS_TEXT_MAX);
}

void
faults_fini(struct faults *f)
{
	buf_fini(&f->text);
}

void
faults_add(
    struct faults *f, const char *code, struct str field, const char *fmt, ...)
{
	char why[FAULT_MAX];
	va_list ap;

	if (f == NULL || f->n++ >= FAULTS_TOLD_MAX)
		return;
	if (f->n == 1) {
		(void)snprintf(f->code, sizeof(f->code), "%s", code);
		(void)snprintf(
		    f->field, sizeof(f->field), "%.*s", STR_ARG(field));
		mend_end(f->field);
	}
	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	mend_end(why);
	buf_printf(
	    &f->text, "%s%.*s: %s", f->n > 1 ? "; " : "", STR_ARG(field), why);
}
