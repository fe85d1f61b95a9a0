# Everything here also runs without make: see scripts/.
PREFIX ?= /usr/local
DIR ?= corpus/captures
ROUNDS ?= 100000
SEED ?= 1

.PHONY: demo test build check lint bench golden install truth fuzz

# A real capture of a failed fax, read and explained.
demo:
	scripts/demo

test:
	scripts/test

# The command, optimised: .build/release/faxprobe
build:
	scripts/setup --build
	swift build -c release

lint:
	scripts/lint

# The one gate: lint, build (warnings are errors), test.
check: lint test

# Every capture in DIR against the ground truth beside it.
truth:
	swift build -c release --product faxlab
	.build/release/faxlab truth $(DIR)

# Speed and memory against tcpdump and tshark on a capture grown from the corpus.
bench: build
	.build/release/faxlab bench --faxprobe .build/release/faxprobe

# Hours of hostile input; the committed result is reports/fuzz.md.
fuzz: build
	.build/release/faxlab fuzz --rounds $(ROUNDS) --seed $(SEED)

# Writes the golden files anew; read the difference before committing it.
golden:
	scripts/setup
	swift build --build-tests
	FAXPROBE_GOLDEN=update swift test --skip-build --disable-xctest --filter Golden

install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 .build/release/faxprobe $(DESTDIR)$(PREFIX)/bin/faxprobe
