/*
 * How long a process takes from exec until it is of use.
 *
 *   bench_start bus PROGRAM        until it greets (start.greeting), and
 *                                  until the first event is committed and
 *                                  confirmed (start.ready)
 *   bench_start service PROGRAM    until it says that it works
 *
 * The process is ended again.
 */
#include "tests/bench/bus.h"
#include "tests/bench/report.h"
#include "tests/bench/wait.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 30000

static pid_t
start(const char *program, int stderr_fd)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork", "failed");
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* should we fail */
		(void)dup2(stderr_fd, STDERR_FILENO);
		(void)execl(program, program, NULL);
		_exit(127);
	}
	return pid;
}

static void
stop(pid_t pid)
{
	int status;

	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, &status, 0);
}

static double
seconds_since(int64_t began_us)
{
	return (double)(clock_mono_us() - began_us) / 1e6;
}

static void
start_bus(const char *program)
{
	struct events *events = events_new(1, 0);
	struct bench_event ev = events_take(events, 0, 0);
	int64_t began = clock_mono_us(), until = began + PATIENCE_MS * 1000;
	pid_t pid = start(program, STDERR_FILENO);
	void *client = bus_connect(PATIENCE_MS);
	double greeted = seconds_since(began);
	uint64_t n;

	if (client == NULL || !bus.put(client, &ev))
		die(program, "does not answer");
	while (!bus.take(client, &n)) {
		if (clock_mono_us() > until)
			die(program, "does not confirm");
		bus.wait(client, until);
	}
	report("start.ready", NULL, seconds_since(began), "s");
	report("start.greeting", NULL, greeted, "s");
	bus.close(client);
	stop(pid);
	events_free(&events);
}

static void
start_service(const char *program)
{
	const char *name = strrchr(program, '/');
	int64_t began = clock_mono_us();
	char line[1024], figure[64];
	int ends[2];
	FILE *f;
	pid_t pid;

	name = name != NULL ? name + 1 : program;
	if (pipe(ends) != 0)
		die("pipe", "failed");
	pid = start(program, ends[1]);
	(void)close(ends[1]);
	f = fdopen(ends[0], "r");
	must(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strstr(line, "service.started") == NULL)
			continue;
		(void)snprintf(figure, sizeof(figure), "start.%s", name);
		report(figure, NULL, seconds_since(began), "s");
		stop(pid);
		(void)fclose(f);
		return;
	}
	die(program, "did not start");
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "bus") == 0)
		start_bus(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "service") == 0)
		start_service(argv[2]);
	else
		return 2;
	return 0;
}
