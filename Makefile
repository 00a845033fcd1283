# One Makefile, no recursion.  "make help" lists the targets.
#
#   make demo           the whole path on a real county; "make down" stops it
#   make test           unit, store and system tests on a throw-away cluster
#   make [all]          everything, under build/$(MODE); MODE=release by default
#   make check          unit tests only: no bus, no database
#   make lint           everything that reads the code without running it
#   make fuzz T=30      each fuzz target for T seconds
#   make sim            simulated worlds, each from a seed (SEEDS=1..3000)
#   make bench          figures, into build/bench.json; QUICK=1 for a look,
#                       ONLY="publish live" for some (tests/bench/run.sh)
#   make chaos          faults against the real processes, half an hour;
#                       SEED=n for the same schedule again
#   make chaos-short    the same, some two minutes
#   make chaos-selftest planted defects that make chaos must catch
#   make schemas        prints schemas/published/ from schemas/events/*.def
#   make runbooks       carries out docs/operations.md, some minutes, as root
#   make cov            line coverage of the unit tests
#   make MODE=asan ...  any target under another build (release asan cov fuzz)
#   make install PREFIX=/usr/local DESTDIR=   the tool, services, libhuying
#   make clean          removes build/; var/ (the demo's data) stays

MODE ?= release
B    := build/$(MODE)
CC   := gcc
PKGS := libczmq libzmq msgpack libpq libsodium jansson libmicrohttpd

CSTD     := -std=gnu17
OPT      := -O2 -g
WARN     := -Wall -Wextra -Werror -Wshadow -Wvla -Wundef -Wcast-qual \
            -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
            -Wold-style-definition -Wpointer-arith -Wwrite-strings \
            -Wswitch-enum -Wimplicit-fallthrough -Wconversion \
            -Wnull-dereference -Werror=format-security
HARDEN   := -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
            -fstack-clash-protection -fcf-protection=full \
            -ftrivial-auto-var-init=zero
LINK     := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
INSTR    :=
FUZZLINK :=
include $(wildcard deploy/make/$(MODE).mk)

CPPFLAGS := -I. -Iinclude -I$B/gen -D_GNU_SOURCE \
            $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
# libhuying is of the same objects; it shows what huying.h declares.
SHARE    := -fPIC -fvisibility=hidden
CFLAGS   := $(CSTD) $(OPT) $(WARN) $(HARDEN) $(SHARE) -fno-common -fno-strict-aliasing $(INSTR)
LDLIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
ifneq ($V,1)
  Q := @
endif

SERVICES := bus intake dispatcher enforcement mediation scoring

SRC   := $(wildcard common/*/*.c services/*/*.c cli/*.c lib/*.c tests/*/*.c examples/*.c)
HDR   := $(wildcard common/*/*.h services/*/*.h cli/*.h lib/*.h include/*.h tests/lib/*.h tests/bench/*.h tests/sim/*.h)
OBJ   := $(SRC:%.c=$B/%.o)
LIB   := $B/libcommon.a
SQL   := $(wildcard common/*/queries.sql services/*/queries.sql cli/queries.sql)
GEN   := $(foreach q,$(SQL),$B/gen/$(notdir $(patsubst %/,%,$(dir $q)))_sql.h) \
         $(if $(wildcard schemas/db/*.sql),$B/gen/schema_files.h)
BIN   := $(patsubst services/%/main.c,$B/bin/%,$(wildcard services/*/main.c)) \
         $(if $(wildcard cli/main.c),$B/bin/huying)
UNIT  := $(patsubst tests/unit/%.c,$B/test/%,$(wildcard tests/unit/test_*.c))
STORE := $(patsubst tests/store/%.c,$B/test/%,$(wildcard tests/store/test_*.c))
FUZZ  := $(patsubst tests/fuzz/%.c,$B/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
BENCH := $(patsubst tests/bench/%.c,$B/bench/%,$(wildcard tests/bench/bench_*.c))
EXAMPLE := $(patsubst examples/%.c,$B/examples/%,$(wildcard examples/*.c))
CLIENT := $(patsubst tests/client/%.c,$B/client/%,$(wildcard tests/client/*.c))
# What tests may link of the services: everything but their main().
PARTS := $(filter-out %/main.o,$(filter $B/services/%,$(OBJ)))
# The tool publishes through the library, as anybody does.
CLIPARTS := $(filter-out %/main.o,$(filter $B/cli/% $B/lib/%,$(OBJ)))
TESTLIB := $(filter $B/tests/lib/%,$(OBJ))
BENCHLIB := $B/tests/lib/hist.o $(filter-out $B/tests/bench/bench_%,$(filter $B/tests/bench/%,$(OBJ)))

# The public library, shared and static.
SO    := $B/lib/libhuying.so.0
STATIC := $B/lib/libhuying.a

all: $(BIN) link $(SO) $(STATIC)

bins: $(BIN)
# A publisher of make chaos, on the library as it is shipped.
BURST := $B/chaos/burst
$(BURST): $B/tests/chaos/burst.o $(STATIC)
	@mkdir -p $(@D)
	$Q$(CC) $(CFLAGS) $(LINK) -o $@ $^ $(LDLIBS)
chaos-bins: $(BIN) $(BURST)

# The tool has one place, whatever the mode of the last build.
link: $(BIN)
	@mkdir -p build/bin
	@for b in $(notdir $(BIN)); do ln -sfn ../$(MODE)/bin/$$b build/bin/$$b; done

$B/%.o: %.c $B/flags | $(GEN)
	@mkdir -p $(@D)
	$Q$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

define sqlgen
$B/gen/$(notdir $(patsubst %/,%,$(dir $1)))_sql.h: $1 common/db/sql.awk
	@mkdir -p $$(@D)
	$$Qawk -f common/db/sql.awk -v unit=$(notdir $(patsubst %/,%,$(dir $1))) $$< >$$@
endef
$(foreach q,$(SQL),$(eval $(call sqlgen,$q)))

$B/gen/schema_files.h: $(wildcard schemas/db/*.sql) common/db/embed.awk
	@mkdir -p $(@D)
	$Qawk -f common/db/embed.awk $(sort $(wildcard schemas/db/*.sql)) >$@

$(LIB): $(filter $B/common/%,$(OBJ))
	@rm -f $@
	$Qar rcs $@ $^

# A service is every object in its folder plus the library.
define service
$B/bin/$1: $(filter $B/services/$1/%,$(OBJ)) $(LIB)
endef
$(foreach s,$(filter-out huying,$(notdir $(BIN))),$(eval $(call service,$s)))
# huying replay runs the five services; key reads patterns as the
# bus does.
$B/bin/huying: $(filter $B/cli/% $B/lib/%,$(OBJ)) $(filter-out $B/services/bus/%,$(PARTS)) $B/services/bus/rights.o $(LIB)
$(UNIT) $(STORE): LDLIBS += -lcmocka
$(UNIT): $B/test/%: $B/tests/unit/%.o $(PARTS) $(CLIPARTS) $(TESTLIB) $(LIB)
$(STORE): $B/test/%: $B/tests/store/%.o $(PARTS) $(CLIPARTS) $(TESTLIB) $(LIB)
# A target may stand in for what it does not try: its own functions win.
$(FUZZ): $B/fuzz/%: $B/tests/fuzz/%.o $(PARTS) $(CLIPARTS) $B/tests/lib/room.o $(LIB)
$(FUZZ): LINK += $(FUZZLINK) -Wl,-z,muldefs
$(BENCH): $B/bench/%: $B/tests/bench/%.o $(BENCHLIB) $(LIB)
$B/bench/bench_jetstream: LDLIBS += -lnats
$B/bench/bench_redis: LDLIBS += -lhiredis
# The services over a database, a bus and a machine in memory: what they ask
# of libpq, czmq and the kernel is answered by tests/sim.  Without those
# libraries: what is not answered does not link.
SIM := $B/sim
SIMWRAP := clock_gettime poll getpid sigprocmask signalfd read \
	registry_prepare registry_load_at registry_free
$(SIM): LINK += $(SIMWRAP:%=-Wl,--wrap=%)
$(SIM): LDLIBS := $(filter-out -lpq -lczmq,$(LDLIBS))
$(SIM): $(filter $B/tests/sim/%,$(OBJ)) $(filter-out $B/services/bus/%,$(PARTS)) $B/tests/lib/county.o $B/libcli.a $(LIB)
$B/libcli.a: $(CLIPARTS)
	@rm -f $@
	$Qar rcs $@ $^
$(EXAMPLE): $B/examples/%: $B/examples/%.o $(STATIC)
$(CLIENT): $B/client/%: $B/tests/client/%.o $(STATIC)
$(BIN) $(UNIT) $(STORE) $(FUZZ) $(BENCH) $(EXAMPLE) $(CLIENT) $(SIM):
	@mkdir -p $(@D)
	$Q$(CC) $(CFLAGS) $(LINK) -o $@ $(filter %.o %.a,$^) $(LDLIBS)

$(SO): $(filter $B/lib/%,$(OBJ)) $(LIB) lib/huying.map
	$Q$(CC) $(CFLAGS) -shared -Wl,-soname,$(@F),--version-script=lib/huying.map \
		-Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(if $(INSTR),,-Wl,-z,defs) \
		-o $@ $(filter %.o %.a,$^) $(LDLIBS)
	@ln -sfn $(@F) $B/lib/libhuying.so

# One object, in which what is not public has no name for others.
$(STATIC): $(filter $B/lib/%,$(OBJ)) $(LIB)
	$Qld -r -o $B/lib/whole.o $^
	$Qobjcopy --localize-hidden $B/lib/whole.o
	@rm -f $@
	$Qar rcs $@ $B/lib/whole.o

# Other flags, other objects: the file changes only when its text does.
$B/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CPPFLAGS) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(CPPFLAGS) $(CFLAGS)' >$@

demo:
	@deploy/install-deps.sh
	@$(MAKE) all
	@deploy/demo.sh

down: $B/bin/huying
	@$B/bin/huying down

test:
	@deploy/install-deps.sh --dev
	@$(MAKE) all tests
	@tests/run.sh $(SUITES)

tests: $(SIM) $(UNIT) $(STORE) $(EXAMPLE) $(CLIENT)

check: $(UNIT)
	@set -e; for t in $(UNIT); do $(RUN) $$t; done

schemas: $B/bin/huying
	@$B/bin/huying schema print schemas/published

# The life cycles, drawn from the tables: docs/states/*.dot.
states: $B/test/test_states
	@$B/test/test_states --print docs/states

PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
VERSION := $(shell sed -n 's/^\#define VERSION "\(.*\)"/\1/p' common/base/version.h)
# The services, and what huying up needs, lie in a folder of their own.
HOME_   := $(LIBDIR)/huying
install: all
	install -d $(addprefix $(DESTDIR),$(PREFIX)/bin $(PREFIX)/include $(LIBDIR)/pkgconfig \
		$(HOME_)/bin $(HOME_)/deploy/db $(PREFIX)/share/man/man1 $(PREFIX)/share/man/man3 \
		$(PREFIX)/share/bash-completion/completions)
	install -m 755 $(BIN) $(DESTDIR)$(HOME_)/bin
	ln -sfn $(shell realpath -m --relative-to=$(PREFIX)/bin $(HOME_)/bin/huying) $(DESTDIR)$(PREFIX)/bin/huying
	install -m 755 deploy/cluster.sh $(DESTDIR)$(HOME_)/deploy
	install -m 644 deploy/db/roles.sql $(DESTDIR)$(HOME_)/deploy/db
	cp -r deploy/packs $(DESTDIR)$(HOME_)/deploy
	$B/bin/huying help --man $(DESTDIR)$(PREFIX)/share/man/man1
	$B/bin/huying completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/huying
	install -m 644 include/huying.h $(DESTDIR)$(PREFIX)/include
	install -m 644 lib/libhuying.3 $(DESTDIR)$(PREFIX)/share/man/man3
	install -m 755 $(SO) $(DESTDIR)$(LIBDIR)
	ln -sfn $(notdir $(SO)) $(DESTDIR)$(LIBDIR)/libhuying.so
	install -m 644 $(STATIC) $(DESTDIR)$(LIBDIR)
	sed 's,@PREFIX@,$(PREFIX),; s,@LIBDIR@,$(LIBDIR),; s,@VERSION@,$(VERSION),' lib/huying.pc.in \
		>$(DESTDIR)$(LIBDIR)/pkgconfig/huying.pc

# docker-compose.yml on a real engine; starts one where none runs.
e2e:
	@deploy/install-deps.sh --dev
	@tests/e2e/run.sh

# What docker-compose.yml needs, made by the image itself: the image that .env
# names.
IMAGE ?= $(or $(shell sed -n 's/^HUYING_IMAGE=//p' .env 2>/dev/null),huying:local)
image:
	docker build -f deploy/Dockerfile -t $(IMAGE) .

secrets:
	@docker image inspect $(IMAGE) >/dev/null 2>&1 || $(MAKE) image
	@docker run --rm --user 0:0 --network none --volume "$(CURDIR)/secrets:/secrets" \
		$(IMAGE) huying secrets /secrets --owner 10001:10001

# What is in the image, as CycloneDX JSON.
sbom:
	@docker run --rm --network none $(IMAGE) cat /usr/share/huying/sbom.cdx.json

# Every command of the page, with what it prints.
runbooks:
	@deploy/install-deps.sh --dev
	@$(MAKE) all
	@/usr/bin/python3 tests/runbooks/run.py

lint: layers codes headers pure alike format tidy cppcheck

layers:
	@awk -f common/layers.awk common/layers.txt $(filter-out tests/% examples/%,$(SRC) $(HDR))

# docs/protocol.md tells every code and word of the bus, and no other;
# docs/refusals.md every code of a rule.
codes:
	@awk -f common/codes.awk docs/protocol.md $(wildcard services/bus/*.c common/msg/*.c)
	@awk -f common/reasons.awk docs/refusals.md $(wildcard common/rule/reasons.def services/*/reasons.def)

headers: $(GEN)
	@set -e; for h in $(filter-out common/msg/def_% common/rule/def_%,$(HDR)); do \
		$(CC) $(CPPFLAGS) $(CFLAGS) -fsyntax-only -include $$h -xc /dev/null; done

# Rules may call the pure kit and nothing else in the world.
PUREKIT := $(addprefix $B/common/,base/calendar.o base/limit.o base/str.o base/strs.o registry/registry_admit.o \
	registry/registry_find.o \
	registry/registry_resolve.o registry/registry_roster.o registry/roster.o \
	registry/table.o rule/step.o rule/step_limit.o rule/step_unit.o \
	rule/rehome.o rule/machine.o)
pure: $(PARTS) $(PUREKIT)
	@awk -f common/pure.awk common/pure.txt $(foreach o,$(wildcard $B/services/*/rules*.o),$o) $(PUREKIT)

# The five services have the same files, but for rules split by noun.
alike:
	@common/alike.sh $(filter-out bus,$(SERVICES))

# A file that is longer has more than one noun.
sizes:
	@wc -l $(SRC) $(HDR) | awk '$$1 > 400 && $$2 != "total" { print $$2 ": " $$1 " lines, not 400"; n++ } END { exit n > 0 }'

format:
	@clang-format --dry-run --Werror $(SRC) $(filter-out common/msg/def_% common/rule/def_%,$(HDR))

tidy: $(GEN)
	@printf '%s\n' $(filter-out tests/% examples/%,$(SRC)) | xargs -P2 -n8 sh -c \
		'clang-tidy --quiet "$$@" -- $(CPPFLAGS) $(CSTD) 2>&1 | \
		awk "/warnings? generated/ { next } { print; bad = 1 } END { exit bad }"' tidy

cppcheck: $(GEN)
	@cppcheck -q -j2 --enable=warning,performance,portability --inline-suppr --std=c11 \
		--error-exitcode=1 --suppress=missingIncludeSystem --suppress=unknownMacro --suppress=preprocessorErrorDirective \
		-I. -Iinclude -I$B/gen common services cli lib

SEEDS ?= 1..3000
sim: $(SIM)
	@$(SIM) --moves $(SEEDS)
	@$(SIM) --list tests/sim/seeds.txt
	@$(SIM) --defects 300 2>/dev/null

T ?= 30
fuzz:
	@$(MAKE) MODE=fuzz run-fuzz T=$T
run-fuzz: $(FUZZ)
	@set -e; for f in $^; do n=$$(basename $$f); c=build/corpus/$$n; mkdir -p $$c; \
		echo "fuzz $$n for $T s"; \
		$$f -max_total_time=$T -max_len=4096 -print_final_stats=0 -verbosity=0 \
			$$(test -f tests/fuzz/$$n.dict && echo -dict=tests/fuzz/$$n.dict) $$c \
			$$(test -d tests/fuzz/corpus/$$n && echo tests/fuzz/corpus/$$n); done

bench:
	@deploy/install-deps.sh --bench
	@$(MAKE) all benches
	@tests/bench/run.sh $(ONLY)

benches: $(BENCH)

# The real processes under faults, judged by what clients were told.  Its own
# build has the points where a process can be made to die.
CHAOS := PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/chaos
chaos chaos-short:
	@deploy/install-deps.sh --dev
	@$(MAKE) MODE=chaos chaos-bins
	@$(CHAOS)/chaos.py --form $(if $(findstring short,$@),short,long) $(if $(SEED),--seed $(SEED))

chaos-selftest chaos-selftest-short:
	@deploy/install-deps.sh --dev
	@$(MAKE) MODE=chaos chaos-bins
	@$(CHAOS)/selftest.py --cc "$(CC)" $(if $(findstring short,$@),--short)

cov:
	@$(MAKE) MODE=cov check >/dev/null
	@gcovr -r . --object-directory build/cov -e tests/ --print-summary

clean:
	rm -rf build
help:
	@sed -n 's/^#   //p' Makefile

FORCE:
.PHONY: e2e runbooks image secrets sbom all bins install link demo down test tests sim check schemas states lint layers headers pure alike \
	format tidy cppcheck fuzz run-fuzz bench benches chaos chaos-short \
	chaos-selftest chaos-selftest-short cov clean help FORCE
-include $(OBJ:.o=.d)
