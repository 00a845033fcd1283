/* What is wrong with a pack, kept until it is told. */
#include "cli/pack_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define SHOWN_MAX 40

static void PRINTF(4, 0) add_fault(struct pack *p, const char *file,
    struct csv_place place, const char *fmt, va_list ap)
{
	char text[1024];

	if (p->n_faults == PACK_FAULTS_MAX) {
		p->n_more++;
		return;
	}
	if (p->n_faults == p->faults_cap) {
		p->faults_cap = p->faults_cap > 0 ? p->faults_cap * 2 : 32;
		p->faults =
		    xrealloc(p->faults, p->faults_cap * sizeof(*p->faults));
	}
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	p->faults[p->n_faults++] = (struct pack_fault){ file, place,
		arena_str(registry_arena(p->registry), str_of(text)) };
}

void
pack_fault(struct pack *p, const char *file, struct csv_place place,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_fault(p, file, place, fmt, ap);
	va_end(ap);
}

void
pack_fault_at(struct pack *p, enum registry_table t, size_t i,
    const char *field, const char *fmt, ...)
{
	const struct msg_desc *d = registry_files[t].desc;
	const struct msg_field *f = msg_field(d, str_of(field));
	va_list ap;

	must(f != NULL);
	va_start(ap, fmt);
	add_fault(p, registry_files[t].file,
	    p->tables[t].places[i * d->n_fields + (size_t)(f - d->fields)], fmt,
	    ap);
	va_end(ap);
}

static int
fault_cmp(const void *a, const void *b)
{
	const struct pack_fault *x = a, *y = b;
	int c = strcmp(x->file, y->file);

	if (c == 0)
		c = (x->place.line > y->place.line) -
		    (x->place.line < y->place.line);
	if (c == 0)
		c = (x->place.column > y->place.column) -
		    (x->place.column < y->place.column);
	return c != 0 ? c : str_cmp(x->text, y->text);
}

void
pack_sort_faults(struct pack *p)
{
	size_t n = 0;

	if (p->n_faults == 0)
		return;
	qsort(p->faults, p->n_faults, sizeof(*p->faults), fault_cmp);
	for (size_t i = 0; i < p->n_faults; i++)
		if (n == 0 || fault_cmp(&p->faults[n - 1], &p->faults[i]) != 0)
			p->faults[n++] = p->faults[i];
	p->n_faults = n;
}

struct str
pack_shown(struct str s)
{
	size_t at = 0;

	for (size_t n = 0; n < SHOWN_MAX && at < s.n; n++)
		(void)str_rune(s, &at);
	return str_cut(s, 0, at);
}
