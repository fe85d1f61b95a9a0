# Everything here also runs without make: see scripts/.
PREFIX ?= /usr/local
DIR ?= corpus/captures
ROUNDS ?= 100000
SEED ?= 1

.PHONY: demo test build check lint bench golden install truth fuzz alarms picture samples limits regress-sample simtruth curves sanitize

# A real capture of a failed fax, read and explained.
demo:
	scripts/demo

test:
	scripts/test

# The command, optimised: .build/release/faxprobe
build:
	scripts/build

# What the optimiser of the release build is told, recorded anew; the result to commit is profile/faxprobe.profdata.
.PHONY: profile
profile:
	scripts/profile

lint:
	scripts/lint

# The one gate: lint, build (warnings are errors), test.
check: lint test

# Every capture in DIR against the ground truth beside it.
truth:
	scripts/build --product faxlab
	.build/release/faxlab truth $(DIR)

# Speed and memory against tcpdump and tshark on a capture grown from the corpus; the result to commit is
# reports/bench.md. It wants an idle machine, 2.5 GB in the temporary folder and some minutes.
bench: build
	scripts/setup
	.build/release/faxlab bench --faxprobe .build/release/faxprobe --report reports/bench.md

# About an hour of hostile input; the result to commit is reports/fuzz.md.
fuzz: build
	.build/release/faxlab fuzz --rounds $(ROUNDS) --seed $(SEED) --report reports/fuzz.md

# More than an hour of speech, music, tones and noise without any fax; the result to commit is reports/alarms.md.
alarms:
	scripts/setup
	scripts/build --product faxlab
	.build/release/faxlab alarms --seed $(SEED) --report reports/alarms.md

# The pictures that README.md shows.
picture: build
	.build/release/faxprobe analyze --quiet --force --pictures reports/pictures \
		corpus/captures/05-t38-rejected-488-fallback-g711/capture.pcap

# The sample reports of reports/samples/.
samples: build
	scripts/samples .build/release/faxprobe reports/samples

# The sample reports of reports/regress/.
regress-sample: build
	scripts/regress-sample .build/release/faxprobe reports/regress

# How much noise, echo, offset and loss the reading of fax in audio bears; the result to commit is docs/limits.md.
limits:
	scripts/build --product faxlab
	.build/release/faxlab limits --seed $(SEED) --report docs/limits.md

# How often simulated faxes are delivered at many rates of loss; the results to commit are reports/simulator-curves.*.
.PHONY: curves
TRIALS ?= 100
curves:
	scripts/build --product faxlab
	.build/release/faxlab curves --seed $(SEED) --trials $(TRIALS) --report reports/simulator-curves

# Every capture of the corpus, sanitised and analysed again; the result to commit is reports/sanitize.md.
sanitize:
	scripts/build --product faxlab
	.build/release/faxlab sanitize --seed $(SEED) --report reports/sanitize.md corpus/captures

# Writes the golden files anew; read the difference before committing it.
golden:
	scripts/setup
	swift build --build-tests
	FAXPROBE_GOLDEN=update swift test --skip-build --disable-xctest --filter Golden

install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 .build/release/faxprobe $(DESTDIR)$(PREFIX)/bin/faxprobe

# Simulated calls with every fault, each analysed and compared with what was put in; the result to commit is
# reports/simtruth.md.
simtruth:
	scripts/build --product faxlab
	.build/release/faxlab simtruth --jobs 2 --report reports/simtruth.md

# Our endpoint with itself and with other programs, some ten minutes; the result to commit is reports/interop.*.
.PHONY: interop interop-software interop-devices live-compare load soak faults
interop:
	scripts/setup
	scripts/build --product faxlab
	.build/release/faxlab interop --report reports/interop

# HylaFAX, efax and IAXmodem on soft modems, some three quarters of an hour; most of it is waiting.
interop-software:
	scripts/setup
	scripts/build --product faxlab
	.build/release/faxlab interop --only software --jobs 10 --report reports/interop-software

# Emulated ATAs, fax servers (HylaFAX; the others emulated), HylaFAX and efax behind IAXmodem, some five minutes.
interop-devices:
	scripts/setup
	scripts/build --product faxlab
	.build/release/faxlab interop --only ata --only server --only software-iaxmodem --jobs 4 --report reports/interop-devices

# Live calls through the impairing proxy against simulated ones, some fifteen minutes; reports/live-compare.md.
live-compare:
	scripts/build --product faxlab
	.build/release/faxlab live-compare --seed $(SEED) --report reports/live-compare.md

# How many live faxes at one time, some fifteen minutes on an idle machine; reports/load.md.
load:
	scripts/build --product faxlab
	rm -f reports/load.md
	.build/release/faxlab load --transport t38 --report reports/load.md; \
		.build/release/faxlab load --transport g711 --steps 10,50,100,150,200,250,300 --report reports/load.md

# A steady load for half an hour; reports/soak.md.
MINUTES ?= 30
soak:
	scripts/build --product faxlab
	.build/release/faxlab soak --minutes $(MINUTES) --report reports/soak.md

# Deaths, outages, a proxy that is started anew and a full disk, some ten minutes; reports/faults.*. One row wants root.
faults: build
	scripts/setup
	.build/release/faxlab faults --report reports/faults
