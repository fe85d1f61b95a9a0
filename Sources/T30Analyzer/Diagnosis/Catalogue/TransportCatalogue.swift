import FaxCore

extension FailureCatalogue {
    /// Layer C: Transport.
    static let transport: [CatalogueEntry] = [
        CatalogueEntry(
            "udptl-loss-repaired", .transport, .proof, "UDPTL loss, all repaired",
            symptom: "Works; margin is shrinking.",
            signature:
                "Missing sequence numbers, every one present as secondary or solvable by FEC in a later packet. "
                + "Report loss %, longest burst, and the smallest redundancy left.",
            cause: "Network loss.",
            remedy: "QoS; keep redundancy.",
            source: "WS counts lost and burst but does not repair; FaxTap/Dialogic figures"),
        CatalogueEntry(
            "udptl-loss-unrepaired", .transport, .proof, "Unrepaired UDPTL gap",
            symptom: "Corrupt lines, FTT, PPR, missing frames.",
            signature:
                "Sequence gap g with burst > redundancy depth r (or FEC unsolvable). State what T.30 lost: "
                + "indicator, V.21 frame (name it), TCF, image.",
            cause: "Burst loss.",
            remedy: "Raise redundancy above the longest burst; spread duplicates in time by 10–20 ms.",
            source: "SDP t38_manual; FaxBack 27990 text; ccexpert.us ip-troubleshooting"),
        CatalogueEntry(
            "udptl-indicator-lost-at-pause", .transport, .proof, "Training indicator lost before a pause",
            symptom: "Receiver’s modem not ready; FTT or lost page start.",
            signature:
                "Gap whose missing packet carried a training/preamble indicator and whose repair arrived > 75 ms "
                + "later (ours).",
            cause: "Redundancy only helps with the *next* packet, which comes late.",
            remedy:
                "Send 3–4 copies of indicators (Patton sends CED three times 100 ms apart with one sequence "
                + "number).",
            source: "SDP t38_manual; Patton p. 587"),
        CatalogueEntry(
            "udptl-loss-bursty", .transport, .strong, "Bursty loss",
            symptom: "Redundancy looks sufficient by average, yet fails.",
            signature:
                "Mean burst length > 1.5, or any burst ≥ redundancy+1 while average loss < 1 %; Gilbert-Elliott "
                + "fit p, r reported.",
            cause: "Queue overflow, Wi-Fi, route flap.",
            remedy: "QoS; interleave copies.",
            source: "SDP t38_manual; SDP spandsp-sim g1050 (G.1050 model)"),
        CatalogueEntry(
            "udptl-reorder", .transport, .proof, "UDPTL out of order",
            symptom: "Duplicates or drops downstream.",
            signature:
                "Sequence number lower than the highest seen by 1…16, first sight. FreeSWITCH’s decoder then "
                + "moves its expected number back and replays secondaries (by reading, udptl.c end of "
                + "udptl_rx_packet); spandsp core drops late ones.",
            cause: "Load-balanced paths.",
            remedy: "De-jitter UDPTL at the gateway.",
            source: "FS udptl.c; SDP t38_core.c"),
        CatalogueEntry(
            "udptl-duplicate", .transport, .proof, "Duplicate UDPTL packets",
            symptom: "Harmless mostly; VoIP recorders double them.",
            signature:
                "Same sequence number and same content again within 200 ms: normal practice for key packets. Same "
                + "number, different content ⇒ fault (proof).",
            cause: "Deliberate copies of indicators; span port duplicates (then every packet doubles: check IP id).",
            remedy: "Deduplicate by 5-tuple + sequence + content.",
            source: "SDP t38_core.c «Many T.38 implementations»; VM 3d91d758 (--fax-deduplicate), 361fdb4e"),
        CatalogueEntry(
            "udptl-repeat-new-seq", .transport, .proof, "Key messages repeated under new sequence numbers",
            symptom: "Second sig-end breaks strict receivers.",
            signature: "Identical IFP (indicator, sig-end) in consecutive packets with different sequence numbers.",
            cause: "Vendor’s form of redundancy.",
            remedy: "Filter by context.",
            source: "SDP t38_terminal.c comments; SDP t38_manual"),
        CatalogueEntry(
            "udptl-seq-restart", .transport, .strong, "Sequence numbers restart",
            symptom: "Receiver throws everything away as late.",
            signature: "Sequence jumps by more than ± 1000 (ours) or back to 0 without new SDP; content continues.",
            cause: "Stream switched, gateway restarted, RTP-PCM to T.38 gateway swap.",
            remedy: "Re-sync on a jump.",
            source: "SDP t38_core.c «Sequence restart»; RTPE t38.c «wildly off seq»; RTPE 18579227"),
        CatalogueEntry(
            "udptl-seq-not-zero", .transport, .hint, "First sequence not 0",
            symptom: "None, by itself.",
            signature: "First UDPTL sequence ≠ 0.",
            cause: "Allowed in practice.",
            remedy: "Accept any.",
            source: "SDP t38_core.c"),
        CatalogueEntry(
            "udptl-wraparound-bug", .transport, .strong, "Trouble at 65535→0",
            symptom: "Long faxes lose a packet or recovery at wrap.",
            signature:
                "Loss or reorder within ± 16 packets of the wrap that redundancy covers, followed by an "
                + "application gap; or sender rolls 0xFFFF→0x0001.",
            cause:
                "Plain integer comparison (Asterisk fixed in 2019; FreeSWITCH’s udptl.c still compares plainly, "
                + "by reading).",
            remedy: "Upgrade; only after about 65 k packets (≈ 33–43 min at 30–40 ms).",
            source: "AST 084901d5 (ASTERISK-28483); SDP t38_core.c; FS udptl.c; FS 0b8fbb47 (FS-8891)"),
        CatalogueEntry(
            "udptl-fec-bogus-early", .transport, .proof, "FEC in the first packets refers to nonexistent ones",
            symptom: "Garbage repaired packet kills the fax.",
            signature: "FEC packet whose span×entries reaches before the first sequence.",
            cause: "Start-up of FEC undefined; zero-filled history.",
            remedy: "Ignore FEC that points before the start.",
            source: "AST f27074ee (ASTERISK-23908); SDP t38_manual"),
        CatalogueEntry(
            "udptl-mixed-ec", .transport, .proof, "Redundancy and FEC mixed",
            symptom: "Receivers that fix the mode at SDP time fail.",
            signature: "Both error-recovery forms in one stream.",
            cause: "FEC senders start with redundancy.",
            remedy: "Decode per packet.",
            source: "FS udptl.c comment; SDP t38_manual"),
        CatalogueEntry(
            "udptl-zero-length-secondary", .transport, .proof, "Zero-length secondary",
            symptom: "Crash or null IFP in old stacks.",
            signature: "Secondary IFP with length 0, or a single 0x00 octet.",
            cause: "Encoder fills history with empties.",
            remedy: "Ignore.",
            source: "AST a2068c3d (ASTERISK-19762/19373)"),
        CatalogueEntry(
            "udptl-truncated-or-trailing", .transport, .proof, "UDPTL does not end where its lengths say",
            symptom: "Whole packet refused by strict stacks.",
            signature:
                "Octets left after decoding, or lengths beyond the datagram (check snaplen and IP fragments "
                + "first).",
            cause: "Encoder bug, truncation by MaxDatagram, snaplen.",
            remedy: "Capture with -s 0; fix encoder.",
            source: "FS udptl.c («exactly at the end»); 4psa tcpdump advice"),
        CatalogueEntry(
            "udptl-mtu-fragment", .transport, .strong, "UDPTL/SIP fragmented",
            symptom: "«Half completes then fails».",
            signature: "IP fragments of UDPTL, or of the re-INVITE (> 1300 octets on UDP), with a fragment missing.",
            cause: "Large redundancy × big IFP; long SDP.",
            remedy: "MaxDatagram ≈ 400, lower; SIP over TCP.",
            source: "customer.lylix.net/knowledgebase/106"),
        CatalogueEntry(
            "nat-rebinding-mid-fax", .transport, .strong, "NAT mapping changes in mid fax",
            symptom: "UDPTL stops in one direction after silence.",
            signature:
                "Source port/address of UDPTL changes without SDP; or inbound stops ≥ 2 s after outbound was "
                + "silent > 30 s.",
            cause: "T.38 half duplex leaves one direction idle for a whole page; NAT UDP timeout.",
            remedy: "Keepalive no-signal; longer NAT timer. Large pages fail first.",
            source: "rtpengine #1609 (only dense pages fail, behind NAT)"),
        CatalogueEntry(
            "rtp-loss-passthrough", .transport, .strong, "RTP loss in G.711 pass-through",
            symptom: "Line noise, FTT, retrain, PPR.",
            signature:
                "Loss ≥ 0.02 % warn, ≥ 0.1 % error (see table); list each lost packet with the T.30 phase it hit "
                + "(20 ms = 288 bits at 14400).",
            cause: "Network.",
            remedy: "QoS, T.38, RFC 2198 redundancy.",
            source: "Dialogic SDK notes p. 32; Mitel p. 262"),
        CatalogueEntry(
            "rtp-jitter-exceeds-buffer", .transport, .strong, "Jitter above the buffer",
            symptom: "Late packets are losses.",
            signature:
                "RFC 3550 jitter > 20 ms warn, > 30 ms error; or single delay spikes > assumed buffer (40 ms "
                + "AudioCodes minimum, 300 ms Cisco relay).",
            cause: "Congestion.",
            remedy: "Fixed larger buffer.",
            source: "Mitel; AudioCodes fax adaptation «Minimum Delay = 40»; ccexpert"),
        CatalogueEntry(
            "rtp-ptime-mismatch", .transport, .strong, "Packet time differs by direction or leg",
            symptom: "Fails only across a native bridge.",
            signature: "RTP timestamp step ≠ agreed ptime, or differs between legs of a bridge.",
            cause: "Repacketisation left out.",
            remedy: "Same ptime everywhere; 10 or 20 ms.",
            source: "AST e9ff351f (ASTERISK-20650); informaticapressapochista.com fax part 2"),
        CatalogueEntry(
            "rtp-clock-skew", .transport, .strong, "Clock skew between endpoints",
            symptom: "Short faxes pass, long ones fail at a similar minute.",
            signature:
                "Slope of (arrival time against timestamp/8000) per direction over ≥ 60 s: |skew| > 50 ppm note, "
                + "> 100 ppm error (ours). Predict one 20 ms slip every 0.02/skew s (100 ppm → 200 s) and look for "
                + "FTT/PPR/line errors there.",
            cause: "Free-running sample clocks; buffer over/underrun.",
            remedy: "Lock clock; fixed large buffer; T.38; slips placed in V.21 gaps.",
            source:
                "commetrex.com/long-fax-failure-problem-revealed; safaribooksonline ch. 12.5 (slips ≤ one a "
                + "minute, use 75 ms gaps); enterprise.efax.com white paper"),
        CatalogueEntry(
            "tdm-slips", .transport, .hint, "TDM clock slips at a gateway",
            symptom: "Periodic errors though IP is clean.",
            signature:
                "IP loss 0, skew small, yet phase hits/bit errors recur at a fixed period (± 5 %) in demodulated "
                + "audio.",
            cause: "T1/E1 clocked wrongly; controlled slips.",
            remedy: "Clock from network; slips must read 0.",
            source: "Cisco Doc 20227 step 3; tek-tips OpenText KB562666"),
        CatalogueEntry(
            "rtp-ssrc-change", .transport, .strong, "SSRC change in mid fax",
            symptom: "Audio ignored after the change.",
            signature: "New SSRC with sequence far from the old on the same 5-tuple; receiver’s T.30 answers stop.",
            cause: "Re-INVITE, gateway swap. Asterisk is known to expect continued sequence.",
            remedy: "Continue sequence numbers.",
            source: "RTPE 18579227"),
        CatalogueEntry(
            "rtp-seq-ts-jump", .transport, .strong, "Timestamp jump",
            symptom: "Buffer resync mid page.",
            signature: "Sequence continuous, timestamp step ≠ ptime (e.g. after CN or event) within modem signal.",
            cause: "VAD, event insertion, mixer.",
            remedy: "Disable VAD/DTMF detection on fax.",
            source: "Cisco community fax document ta-p/3122162 (VAD)"),
        CatalogueEntry(
            "rtcp-mux-confusion", .transport, .proof, "RTCP taken for UDPTL, or RTP lookalikes",
            symptom: "Analyser and stacks mis-sort.",
            signature:
                "Packets with first octet 0x80–0xBF on a UDPTL flow: UDPTL sequence 0x8000–0xBFFF looks like RTP "
                + "v2. Use parse validity, not the first octet.",
            cause: "Heuristics.",
            remedy: "Try UDPTL first on image 5-tuples.",
            source: "WS preference text; VM 82042e5d (VG-2226); FS 9a990add (FS-9612)"),
        CatalogueEntry(
            "strict-rtp-drop", .transport, .hint, "Media from an unlearned source dropped",
            symptom: "No UDPTL/RTP after switch though packets arrive.",
            signature:
                "Source differs from the previous media source and from SDP; receiver shows no reaction ≥ 2 s.",
            cause: "Strict RTP/symmetric latching.",
            remedy: "t38_udptl_nat=yes; relearn.",
            source: "asterisk #824 log; 4psa; pjsip.conf.sample t38_udptl_nat"),
        CatalogueEntry(
            "delay-round-trip-high", .transport, .strong, "Round-trip delay too long",
            symptom: "Retransmits, collisions; satellite calls fail.",
            signature:
                "Time from the end of a command’s last packet to the first of its answer, minus 75 ms and the "
                + "answerer’s own time: > 1 s warn, > 2.5 s error (ours; T4 = 3 s).",
            cause: "Network, several TDM hops, gateway latency.",
            remedy: "Spoofing relay; remove tandem; V.17→V.29 does not help.",
            source: "Cisco Important G3 Timers; commetrex slow signalling"),
        CatalogueEntry(
            "udptl-pacing-burst", .transport, .strong, "Image IFPs sent in a burst or too slowly",
            symptom: "Underrun at the emitting gateway; corrupt lines or HDLC aborts.",
            signature:
                "Bits sent in a 1 s window < 0.95 × or > 1.5 × the DCS rate (ours) during image; gaps between "
                + "data IFPs > 200 ms inside one signal.",
            cause: "CPU-starved soft endpoint, wrong packet timer.",
            remedy: "Precise timers; pacing.",
            source: "SDP t38_terminal.c; rtpengine #1609 comment; team-telnyx/freeswitch PR #296"),
        CatalogueEntry(
            "one-way-media", .transport, .proof, "Media in one direction only",
            symptom: "One side hears nothing; caller keeps sending CNG, or DIS is never answered.",
            signature:
                "Media agreed sendrecv; packets of one direction for >= 5 s (ours) and none of the other at a "
                + "capture point that sees the SIP of both sides; no hold.",
            cause:
                "Firewall or NAT without a mapping, wrong SDP address, muted sender. At the receiver's capture "
                + "point the loss is upstream.",
            remedy: "Compare with a capture at the silent side; check c= and m= against the packet source.",
            source: "recorded here"),
        CatalogueEntry(
            "loss-beyond-capture", .transport, .strong, "Loss beyond the capture point",
            symptom: "The capture looks clean, and the fax is slow, damaged or fails.",
            signature:
                "RTCP reports of the receiver tell of more lost packets than the capture lacks (3 or more, 0.1 % (ours)); "
                + "commands are repeated although the capture holds their answers whole and in time; PPR asks for ECM "
                + "frames that the capture holds whole.",
            cause: "Loss on the way from the capture point to the receiver, or in the receiver's own gateway.",
            remedy: "Capture on the receiver's side too, and compare.",
            source: "recorded here"),
        CatalogueEntry(
            "media-stops-mid-call", .transport, .proof, "Media stops for good in mid call",
            symptom: "Fax dies in a page; both sides time out.",
            signature:
                "Both or one direction of an established media stream end >= 3 s (ours) before BYE or the end of "
                + "the capture while T.30 was in phase B-D and no hold or re-INVITE explains it.",
            cause: "Route or NAT mapping lost, device crash, link failure.",
            remedy: "Look at the network at that instant; keep-alives; capture both sides.",
            source: "recorded here"),
    ]
}
