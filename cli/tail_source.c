#include "cli/tail_source.h"

#include "cli/tail_live.h"
#include "common/bus/log.h"

#include <stdlib.h>

struct tail_source {
	struct source_options options;
	struct tail_live *live; /* or */
	struct log_reader *log;
	int64_t joins_at; /* what was stored when it began; -1: not known yet */
	bool joined;
	struct log_event held; /* comes behind the word that it is live */
	bool holding;
};

static enum rc
open_log(struct tail_source *s, const char *endpoint, struct err *e)
{
	const struct source_options *o = &s->options;
	char text[FILTER_WORDS_MAX][TOPIC_MAX], from[CLOCK_TEXT];
	char until[CLOCK_TEXT];
	struct str prefixes[FILTER_WORDS_MAX];
	struct log_options log = {
		.from_seq = o->after.epoch > 0 ? o->after.seq + 1 : o->from_seq,
		.epoch = o->after.epoch,
		.from_head = o->from_head,
		.topics = prefixes,
		.n_topics = filter_prefixes(o->filter, false, prefixes, text),
		.casefile = filter_casefile(o->filter),
		.division = filter_division(o->filter),
		.follow = o->follow,
		.notices = true,
	};

	if (o->from_time != 0)
		log.from_time = str_of(clock_format(o->from_time, from));
	if (o->until != 0)
		log.until_time = str_of(clock_format(o->until, until));
	return log_open(&s->log, endpoint, &log, e);
}

enum rc
source_open(
    struct tail_source **sp, const struct source_options *o, struct err *e)
{
	struct tail_source *s = xcalloc(1, sizeof(*s));
	enum rc rc;

	s->options = *o;
	s->joins_at = -1;
	rc = o->live_only ? tail_live_open(&s->live, o, e)
			  : open_log(s, o->log, e);
	if (rc != RC_OK) {
		source_close(&s);
		return rc;
	}
	*sp = s;
	return RC_OK;
}

void
source_close(struct tail_source **sp)
{
	struct tail_source *s = *sp;

	if (s == NULL)
		return;
	tail_live_close(&s->live);
	log_reader_close(&s->log);
	free(s);
	*sp = NULL;
}

/* Whether all that was stored at the beginning lies behind SEQ. */
static bool
joins(struct tail_source *s, int64_t seq)
{
	if (s->joined || !s->options.follow || s->joins_at < 0 ||
	    seq <= s->joins_at)
		return false;
	s->joined = true;
	return true;
}

/* The journal is not what it was, or what was asked for is gone. */
static enum came
take_notice(struct tail_source *s, const struct log_event *got, struct err *e)
{
	if (got->what == LOG_RETIRED) {
		log_skip(s->log, got->seq);
		(void)err_set(e, RC_GONE,
		    "the journal holds nothing before event %lld any more",
		    (long long)got->seq);
	} else {
		s->joins_at = -1;
		(void)err_set(e, RC_GONE,
		    "history was cut short (epoch %lld): what was event %lld "
		    "and on may be in the journal no more",
		    (long long)got->epoch, (long long)got->seq);
	}
	return CAME_LOST;
}

static enum came
hand_out(const struct log_event *got, struct tail_event *ev)
{
	*ev = (struct tail_event){ .seq = got->seq,
		.at = got->at,
		.epoch = got->epoch,
		.bytes = got->envelope };
	tail_event_read(ev);
	return CAME_EVENT;
}

enum came
source_next(
    struct tail_source *s, int timeout_ms, struct tail_event *ev, struct err *e)
{
	enum rc rc;

	if (s->live != NULL)
		return tail_live_next(s->live, timeout_ms, ev, e);
	if (s->holding) {
		s->holding = false;
		return hand_out(&s->held, ev);
	}
	rc = log_next(s->log, timeout_ms, &s->held, e);
	/* The head of an empty journal is 0, too. */
	if (s->joins_at < 0 && (log_head(s->log) > 0 || log_place(s->log) == 1))
		s->joins_at = log_head(s->log);
	if (rc == RC_OK && s->held.what != LOG_EVENT)
		return take_notice(s, &s->held, e);
	if (rc == RC_OK) {
		s->holding = joins(s, s->held.seq);
		return s->holding ? CAME_LIVE : hand_out(&s->held, ev);
	}
	if (rc == RC_RETRY)
		return CAME_SILENCE;
	if (rc != RC_GONE)
		return CAME_REFUSAL;
	if (log_ended(s->log))
		return CAME_END;
	if (joins(s, log_place(s->log)))
		return CAME_LIVE;
	return CAME_NOTHING;
}

struct tail_place
source_place(const struct tail_source *s)
{
	struct tail_place p = { 0, 0 };

	if (s->live != NULL || log_epoch(s->log) == 0)
		return p;
	p.epoch = log_epoch(s->log);
	p.seq = (s->holding ? s->held.seq : log_place(s->log)) - 1;
	return p;
}

int64_t
source_head(const struct tail_source *s)
{
	return s->live != NULL ? tail_live_head(s->live) : log_head(s->log);
}

bool
source_heard(const struct tail_source *s)
{
	return (s->live != NULL ? tail_live_epoch(s->live)
				: log_epoch(s->log)) > 0;
}
