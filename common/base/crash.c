#include "common/base/crash.h"

#ifdef HUYING_CHAOS
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
crash_point(const char *name)
{
	static unsigned long passed;
	const char *at = getenv("CRASH_AT");
	size_t n = strlen(name);

	if (at == NULL || strncmp(at, name, n) != 0 || at[n] != ':' ||
	    ++passed < strtoul(at + n + 1, NULL, 10))
		return;
	(void)fprintf(stderr, "crash.point name=%s\n", name);
	(void)raise(SIGKILL);
}
#endif
