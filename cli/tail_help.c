#include "cli/tail.h"

/* clang-format off */
#define HELP \
    "\n" \
    "Shows events as they are stored, one a line, in the order of the\n" \
    "journal, without gap or repeat.  huying events is the same, but stops\n" \
    "at the end of what is stored (tail --no-follow).\n" \
    "\n" \
    "TOPIC is a noun (call), a type (call.raised), a pattern (call.*,\n" \
    "*.raised), with /DIVISION behind it if only a place and all inside it\n" \
    "matter (call/330122109).  Whole words count: call is not callback.\n" \
    "Several widen the choice.\n" \
    "\n" \
    "what to show (each may be given 16 times):\n" \
    "  -T, --not-topic TOPIC  leave these out\n" \
    "  --type TYPE            a noun, a type or a pattern\n" \
    "  --case NUMBER          a casefile, or a pattern (330122-26-*)\n" \
    "  --division CODE        a place and all inside it, or a pattern\n" \
    "  --source SOURCE        a sender and all below it, or a pattern\n" \
    "  --not-type, --not-case, --not-division, --not-source\n" \
    "\n" \
    "where to begin (from now on, when nothing is said; events, and tail\n" \
    "with --case, begin at the oldest event):\n" \
    "  --since TIME           recorded then or later\n" \
    "  --from-seq N           at this place of the journal\n" \
    "  -n N                   the last N that match, then on\n" \
    "  --after-cursor CURSOR  behind this place: epoch:seq, such as 1:417\n" \
    "  --cursor-file FILE     behind the place in FILE, if it holds one; the\n" \
    "                         place that was reached is kept in it.  What was\n" \
    "                         shown in the last second before a crash may be\n" \
    "                         shown again; nothing is left out\n" \
    "\n" \
    "when to stop:\n" \
    "  --no-follow            at the end of what is stored\n" \
    "  -f, --follow           never (tail does so anyway)\n" \
    "  --until TIME           before what was recorded then\n" \
    "  -c, --count N          after N events\n" \
    "  --timeout SPAN         after so long in all\n" \
    "  --idle SPAN            when nothing has matched for so long\n" \
    "\n" \
    "how to show it:\n" \
    "  -o FORM                pretty: for people, with names;\n" \
    "                         short: place, time, topic, casefile, source;\n" \
    "                         json: one CloudEvent a line; json-pretty;\n" \
    "                         raw: the msgpack maps, one behind the other;\n" \
    "                         topics: place and topic alone\n" \
    "  --json                 the same as -o json\n" \
    "  -F, --format FORMAT    text with %{FIELD} in it: seq epoch time topic\n" \
    "                         type case division source id correlationid\n" \
    "                         causationid data data.NAME mark fault;\n" \
    "                         %-12.12{type} in columns: at least, at most,\n" \
    "                         - for left; \\n \\t \\0 \\e \\\\ %%.  A line " \
    "ends\n" \
    "                         itself, unless with \\n or \\0.  What an event\n" \
    "                         does not have is a -\n" \
    "  -j                     FORMAT is JSON: values fit in, escaped between\n" \
    "                         quotes, else as they are; null for nothing\n" \
    "  -G, --group case       a casefile's events together, when it is at\n" \
    "                         its end\n" \
    "  --group-timeout SPAN   or when nothing came for so long (2m)\n" \
    "  --group-limit N        or when more than N events wait (10000)\n" \
    "  -R N, -R N/SPAN        at most N lines a second, or a SPAN\n" \
    "  --time HOW             abs, rel (how long ago), delta (since the line\n" \
    "                         before) or none\n" \
    "  --utc                  times in UTC, not in +08:00\n" \
    "  --color WHEN           auto, always, never; NO_COLOR is heeded\n" \
    "  -q, -v                 fewer, more notices (on stderr)\n" \
    "  --db DSN               where names and a sandbox's time are\n" \
    "\n" \
    "when the journal must be left alone:\n" \
    "  --live-only            listen to the live feed.  It may lose events:\n" \
    "                         they are noticed, fetched and marked with ~\n" \
    "  --no-fill-gaps         or only noticed\n" \
    "  --strict               stop when events are lost (exit code 4), or\n" \
    "                         when one cannot be read or is not what its\n" \
    "                         schema says (5)\n" \
    "\n" \
    "TIME is 10m, 2h or 3d (ago), +10m, now, today, yesterday, 2026-03-18,\n" \
    "2026-03-18T09:30 (+08:00 unless it has a zone), or Unix time in seconds\n" \
    "or milliseconds.  In a sandbox it counts from the sandbox's time.  SPAN\n" \
    "is 500ms, 10s, 5m, 2h or 1d.\n" \
    "\n" \
    "exit codes: 0 told, the count is reached, or the reader of a pipe is\n" \
    "gone; 1 nothing matched, or fewer than --count; 2 wrong usage; 3 no bus,\n" \
    "or it refuses; 4 events are lost, and --strict; 5 an event is unsound,\n" \
    "and --strict; 130 interrupted.  SIGTERM ends it with 0.\n" \
    "\n" \
    "examples:\n" \
    "  huying tail call --division 330122109\n" \
    "  huying events --since today --not-type 'score.*'\n" \
    "  huying tail -n 20 -T clock -T score\n" \
    "  huying tail --type task.assigned -c 1 --timeout 30s --json\n" \
    "  huying events --type casefile.closed -o json | jq -r .data.outcome\n" \
    "  huying events -F '%{time}\\t%-22{type} %{data.unit}' card.raised\n" \
    "  huying events -j -F '{\"n\":%{seq},\"who\":\"%{source}\"}' -n 5\n" \
    "  huying tail --cursor-file /tmp/huying.cursor -o json --idle 5s\n" \
    "  huying events -G case --since yesterday\n"
/* clang-format on */

const char tail_help[] = "usage: huying tail [TOPIC...] [options]\n" HELP;
const char events_help[] = "usage: huying events [TOPIC...] [options]\n" HELP;
