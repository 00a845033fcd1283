#include "cli/tail_rate.h"

#include "cli/when.h"

bool
rate_parse(struct str text, struct tail_rate *out)
{
	size_t slash = str_find(text, '/');
	struct tail_rate r = { .span_ms = SECOND_MS };

	if (!str_i64(str_cut(text, 0, slash), &r.n) || r.n < 1)
		return false;
	if (slash < text.n &&
	    (!when_parse_span(str_cut(text, slash + 1, text.n), &r.span_ms) ||
		r.span_ms < 1))
		return false;
	*out = r;
	return true;
}

bool
rate_allows(struct tail_rate *r, int64_t now_ms)
{
	if (r->n == 0)
		return true;
	/* A span begins with a line; what was held is kept until it is told. */
	if (r->n_held == 0 &&
	    (r->n_shown == 0 || now_ms - r->began_ms >= r->span_ms)) {
		r->began_ms = now_ms;
		r->n_shown = 0;
	}
	if (r->n_shown < r->n) {
		r->n_shown++;
		return true;
	}
	r->n_held++;
	return false;
}

int64_t
rate_held(struct tail_rate *r, int64_t now_ms)
{
	int64_t held = r->n_held;

	if (held == 0 || now_ms - r->began_ms < r->span_ms)
		return 0;
	r->n_held = 0;
	r->n_shown = 0;
	r->began_ms = now_ms;
	return held;
}
