# One Makefile, no recursion.  "make help" lists the targets.
#
#   make demo           the whole path on a real county; "make down" stops it
#   make test           unit, store and system tests on a throw-away cluster
#   make [all]          everything, under build/$(MODE); MODE=release by default
#   make check          unit tests only: no bus, no database
#   make lint           everything that reads the code without running it
#   make fuzz T=30      each fuzz target for T seconds
#   make bench          figures, into build/bench.json
#   make schemas        prints schemas/published/ from schemas/events/*.def
#   make cov            line coverage of the unit tests
#   make MODE=asan ...  any target under another build (release asan cov fuzz)
#   make clean          removes build/; var/ (the demo's data) stays

MODE ?= release
B    := build/$(MODE)
CC   := gcc
PKGS := libczmq libzmq msgpack libpq libsodium jansson

CSTD     := -std=gnu17
OPT      := -O2 -g
WARN     := -Wall -Wextra -Werror -Wshadow -Wvla -Wundef -Wcast-qual \
            -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
            -Wold-style-definition -Wpointer-arith -Wwrite-strings \
            -Wswitch-enum -Wimplicit-fallthrough -Wconversion \
            -Wnull-dereference -Werror=format-security
HARDEN   := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fPIE \
            -fstack-clash-protection -fcf-protection=full \
            -ftrivial-auto-var-init=zero
LINK     := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
INSTR    :=
FUZZLINK :=
include $(wildcard deploy/make/$(MODE).mk)

CPPFLAGS := -I. -I$B/gen -D_GNU_SOURCE \
            $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
CFLAGS   := $(CSTD) $(OPT) $(WARN) $(HARDEN) -fno-common -fno-strict-aliasing $(INSTR)
LDLIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
ifneq ($V,1)
  Q := @
endif

SERVICES := bus intake dispatcher enforcement mediation scoring

SRC   := $(wildcard common/*/*.c services/*/*.c cli/*.c tests/*/*.c examples/*.c)
HDR   := $(wildcard common/*/*.h services/*/*.h cli/*.h tests/lib/*.h)
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
# What tests may link of the services: everything but their main().
PARTS := $(filter-out %/main.o,$(filter $B/services/%,$(OBJ)))
CLIPARTS := $(filter-out %/main.o,$(filter $B/cli/%,$(OBJ)))
TESTLIB := $(filter $B/tests/lib/%,$(OBJ))

all: $(BIN) link

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
$B/bin/huying: $(filter $B/cli/%,$(OBJ)) $(LIB)
$(UNIT) $(STORE): LDLIBS += -lcmocka
$(UNIT): $B/test/%: $B/tests/unit/%.o $(PARTS) $(CLIPARTS) $(TESTLIB) $(LIB)
$(STORE): $B/test/%: $B/tests/store/%.o $(PARTS) $(CLIPARTS) $(TESTLIB) $(LIB)
$(FUZZ): $B/fuzz/%: $B/tests/fuzz/%.o $(PARTS) $(CLIPARTS) $(LIB)
$(FUZZ): LINK += $(FUZZLINK)
$(BENCH): $B/bench/%: $B/tests/bench/%.o $(TESTLIB) $(LIB)
$(EXAMPLE): $B/examples/%: $B/examples/%.o $(LIB)
$(BIN) $(UNIT) $(STORE) $(FUZZ) $(BENCH) $(EXAMPLE):
	@mkdir -p $(@D)
	$Q$(CC) $(CFLAGS) $(LINK) -o $@ $(filter %.o %.a,$^) $(LDLIBS)

# Other flags, other objects: the file changes only when its text does.
$B/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CPPFLAGS) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(CPPFLAGS) $(CFLAGS)' >$@

check: $(UNIT)
	@set -e; for t in $(UNIT); do $(RUN) $$t; done

clean:
	rm -rf build
help:
	@sed -n 's/^#   //p' Makefile

FORCE:
.PHONY: all link check clean help FORCE
-include $(OBJ:.o=.d)
