import FaxCore

extension FailureCatalogue {
    /// Layer B: SDP and T.38 negotiation.
    static let negotiation: [CatalogueEntry] = [
        CatalogueEntry(
            "t38-refused", .negotiation, .proof, "T.38 re-INVITE refused",
            symptom: "Fax falls back to audio or the call dies.",
            signature:
                "Final response 488, 606 or 415 to an in-dialog INVITE whose SDP has m=image … udptl t38 with "
                + "port ≠ 0. Report any Warning header.",
            cause: "Far side has no T.38 on this leg.",
            remedy: "Enable T.38 on that leg or accept G.711. 415 must be treated like 488.",
            source:
                "VM e5aa04f3 (VS-403); FS 5b71dffb (FS-9183); ivozprovider #1379; AudioCodes Fax Fallback page "
                + "(415)"),
        CatalogueEntry(
            "t38-answer-image-port-zero", .negotiation, .proof, "T.38 accepted with port 0",
            symptom: "«200 OK», yet no fax media.",
            signature:
                "200 OK to an image offer whose m=image line has port 0, or has no m=image line although the "
                + "offer had one (wrong number of m-lines).",
            cause: "Refusal expressed in SDP; some stacks crash on it.",
            remedy: "Treat as refusal: re-offer audio.",
            source: "AST fd560ad9 (AST-2021-006), 5e998d8b (AST-2021-002), CVE-2019-15297; TS t38_zero_port"),
        CatalogueEntry(
            "t38-answer-without-image", .negotiation, .proof, "200 OK to the T.38 offer carries audio only",
            symptom: "Server waits for T.38 that never comes.",
            signature: "200 OK to an image-only offer with an m=audio line active and no active m=image.",
            cause: "Broken B2BUA; identical-SDP fast path.",
            remedy: "Gateway bug; upgrade or disable T.38 towards it.",
            source: "FaxBack 27982 «Reinvite OK received without T.38 media»; AST 8438d19b (ASTERISK-28465)"),
        CatalogueEntry(
            "no-t38-reinvite", .negotiation, .proof, "Nobody ever offers T.38",
            symptom: "Fax stays in audio on a trunk sold as T.38; server times out waiting.",
            signature:
                "Fax proven in audio (V.21 flags ≥ 300 ms or 2100 Hz then V.21), no INVITE/UPDATE with m=image "
                + "from either side until BYE.",
            cause: "Detection off, tone lost, both sides wait for the other, carrier without T.38 on this route.",
            remedy: "Normally the called side’s gateway offers on V.21 preamble (or CED); if neither may, let both.",
            source:
                "FaxBack 6D4B; AST f414ca06 (gateway now asks both); support.sansay.com/t/18c8yz; "
                + "nemerald-voip/fspbx PR #566"),
        CatalogueEntry(
            "both-wait-for-reinvite", .negotiation, .hint, "Each end configured «the other offers»",
            symptom: "As above, only on one pair of vendors.",
            signature:
                "no-t38-reinvite, and both user agents are seen elsewhere in the corpus to *answer* T.38 but "
                + "never to *offer* it.",
            cause: "Split responsibility.",
            remedy:
                "Set one side to offer (Fax Tone Detect Mode callee/caller, t38 request, T38_ORIGINATE_REINVITE).",
            source: "SPA2102 guide «FAX Tone Detect Mode»; AST f414ca06; t38faxvoip.com settings",
            scope: .calls),
        CatalogueEntry(
            "t38-reinvite-glare", .negotiation, .proof, "Re-INVITE glare (491)",
            symptom: "T.38 switch delayed 2–4 s or failed; fax machines time out.",
            signature:
                "Two INVITEs in one dialog, opposite directions, each sent before the other’s final response; 491 "
                + "by at least one. If there is no 491 but both get 200 with different media: «glare unresolved», "
                + "proof of fault.",
            cause: "Both sides detect fax and offer at once.",
            remedy: "Only the called side offers; owner of Call-ID waits 2.1–4 s, other 0–2 s (RFC 3261 14.1).",
            source:
                "draft-mule-sip-t38callflows-01; baresip PR #2929; AST 2dae4a1c (ASTERISK-25582 overlapping "
                + "re-INVITEs)"),
        CatalogueEntry(
            "late-t38-reinvite", .negotiation, .strong, "Late T.38 re-INVITE, accepted",
            symptom: "First fax handshake goes well in audio, then everything stops at the switch.",
            signature:
                "The 200 OK to the image offer falls after the first DCS/TCF began (or after a CM was answered by "
                + "JM, or after CFR) in audio. Grade by T.30 state: before DIS = fine; DIS–DCS = risky; TCF or "
                + "later = fault. Then DIS/DCS must be repeated in T.38 or the call dies.",
            cause: "Slow signalling in the carrier network; receiving gateway detects late.",
            remedy:
                "Reject (488) a T.38 offer once phase B is past DCS; shorten detection; disable T.38 on that "
                + "route. Note: accept/reject logic tied to T.30 state is claimed by US 9,094,419 (expiry given as "
                + "Nov 2033): diagnosing is analysis, copying the acceptance logic needs advice.",
            source: "commetrex.com Smart FoIP pages; netgencommunications.com/smart-foip-2; patentcut.com/9094419"),
        CatalogueEntry(
            "t38-reinvite-after-v34", .negotiation, .strong, "T.38 (v0–2) accepted after V.34 was agreed",
            symptom: "Super G3 call dies at the switch.",
            signature:
                "JM seen in audio (V.21 ch2 V.8 sequence after CM) and afterwards a 200 OK to m=image with "
                + "T38FaxVersion < 3 or T38MaxBitRate ≤ 14400.",
            cause: "Gateway let V.8 through, then switched to a relay that cannot carry V.34.",
            remedy: "Suppress CM/ANSam on the gateway (sg3-to-g3), or stay in G.711, or T.38 v3.",
            source: "docslib.org/doc/630270 (Cisco sg3-to-g3); AudioCodes «Relay Mode for T.30 and V.34 Faxes»"),
        CatalogueEntry(
            "t38-in-initial-invite-refused", .negotiation, .proof, "audio+image in the first INVITE refused",
            symptom: "Call with two m-lines rejected or the image line declined.",
            signature:
                "Initial INVITE with m=audio and m=image both port ≠ 0 answered 4xx/6xx, or 2xx with m=image port "
                + "0.",
            cause: "Receiver supports T.38 only by re-INVITE.",
            remedy: "Offer audio only and re-INVITE later; or let the SBC strip the line.",
            source: "signalwire/freeswitch #1297; TS t38_initial_offer (Asterisk declines it); rtpengine #869"),
        CatalogueEntry(
            "two-mlines-one-way", .negotiation, .strong, "audio+image offer gives one-way audio",
            symptom: "Voice call one way because fax was offered beside voice.",
            signature:
                "Initial offer has both m-lines; answer accepts both; then one direction has no RTP ≥ 2 s "
                + "although UDPTL is silent too.",
            cause: "Media engine binds the wrong line.",
            remedy: "Remove the image line at the SBC; upgrade.",
            source: "signalwire/freeswitch #1081, #2765"),
        CatalogueEntry(
            "image-mline-order-or-count", .negotiation, .proof, "Answer’s m-lines do not mirror the offer",
            symptom: "Interop failure at the switch.",
            signature:
                "Number or order of m-lines in an answer ≠ offer; or a re-offer drops an m-line that existed "
                + "(must be kept with port 0).",
            cause: "SDP offer/answer broken by B2BUA.",
            remedy: "Keep rejected lines with port 0.",
            source:
                "AST 5e998d8b (stream appended instead of replaced); FS ca2dd2f3/52ae551d (FS-6954: extra m=audio "
                + "added)"),
        CatalogueEntry(
            "audio-port-nonzero-with-image", .negotiation, .strong, "Audio kept active beside image after switch",
            symptom: "Some ends send both; others pick one at random.",
            signature:
                "After the switch, the agreed SDP has m=audio port ≠ 0 (not inactive) and m=image port ≠ 0, and "
                + "RTP continues in ≥ 1 direction.",
            cause: "Style of switch (add image) against (replace audio) disagree.",
            remedy: "Offer image with audio port 0, or image alone, as the peer likes.",
            source: "FS ca2dd2f3; SIP Forum FoIP problem statement (1library.net z3o7xo9z)"),
        CatalogueEntry(
            "udptl-transport-rewritten", .negotiation, .proof, "Image line’s transport rewritten",
            symptom: "Answer is nonsense or «incomplete».",
            signature:
                "m=image with proto other than udptl/UDPTL, TCP or RTP/AVP t38 as offered: e.g. offer udptl, "
                + "forwarded line «RTP/AVP t38»; compare both legs.",
            cause: "Media proxy rewrote the line.",
            remedy: "Pass the image line through; correct proxy flags.",
            source: "sipwise/rtpengine #1201",
            scope: .legs),
        CatalogueEntry(
            "t38-sdp-defaults-missing", .negotiation, .strong, "T38MaxBitRate missing",
            symptom: "Fax crawls at 2400.",
            signature:
                "m=image without T38MaxBitRate (or value not in 2400…14400, 33600) and the DIS/DCS rate "
                + "afterwards is 2400/4800.",
            cause: "Absent attribute read as 2400.",
            remedy: "Default is 14400; upgrade.",
            source: "AST 85502410 (ASTERISK-22275)"),
        CatalogueEntry(
            "t38-bitrate-not-reached", .negotiation, .proof, "Negotiated 14400, trains at 9600 or less",
            symptom: "Slow faxes though SDP says 14400.",
            signature:
                "T38MaxBitRate 14400 both ways; DIS from the gateway offers no V.17, or DCS ≤ 9600 with no FTT "
                + "before. Compare DIS rate bits on the two legs.",
            cause:
                "Gateway edits DIS bits because of its own limit, codec bandwidth («fax rate voice»), or tiny "
                + "T38FaxMaxDatagram.",
            remedy: "Cisco: fax rate 14400; raise MaxDatagram.",
            source:
                "dialogic.com helpweb «Fax completes at speed of 9600» (MaxDatagram 72); mcdewey Cisco faxrelay "
                + "chunk 6"),
        CatalogueEntry(
            "t38-maxdatagram-too-small", .negotiation, .proof, "T38FaxMaxDatagram too small or misread",
            symptom: "Truncated image packets, retrain to lower rate, garbage, or no redundancy.",
            signature:
                "Receiver’s T38FaxMaxDatagram D; peer’s UDPTL payloads > D ⇒ proof of overrun. Or, computed "
                + "(ours), D < (IFP+1)·(redundancy+1)+4: for 14400 bps at 40 ms an IFP is about 77 octets, so D < "
                + "~160 has no room for one copy, D < ~316 none for three. Typical bogus values 72, 176.",
            cause: "Attribute read as IFP size by some, UDPTL size by others.",
            remedy: "Override far max datagram (400–1400) for that peer; send smaller IFPs.",
            source:
                "4psa wiki page 52101433; AST 5ba2b689, ef0da09c, udptl.c calculate_far_max_ifp; TS maxdatagram; "
                + "ivozprovider PR #991; dialogic helpweb"),
        CatalogueEntry(
            "t38-udpec-mismatch", .negotiation, .proof, "FEC sent where redundancy was agreed, or none",
            symptom: "Losses not repaired though repair data is present.",
            signature:
                "UDPTL error-recovery bit: FEC (0x80) seen while the receiver’s SDP said t38UDPRedundancy or had "
                + "no T38FaxUdpEC; or zero secondaries in > 95 % of packets after the 5th although redundancy was "
                + "agreed.",
            cause: "Many stacks do not decode parity FEC; Asterisk with EC none omits the attribute.",
            remedy: "Send redundancy unless FEC was explicitly answered; set t38_udptl_ec=redundancy.",
            source:
                "SDP t38_manual; Avaya IP Office: FEC not supported; AST res_pjsip_t38.c; team-telnyx/freeswitch "
                + "PR #304"),
        CatalogueEntry(
            "t38-udpec-multiple", .negotiation, .proof, "Two T38FaxUdpEC lines",
            symptom: "One stack takes the first, the other the last.",
            signature: "More than one a=T38FaxUdpEC (or any T38 attribute twice) in one image m-line.",
            cause: "Sender lists preferences.",
            remedy: "Send one.",
            source: "sipwise/rtpengine #1100 shows such an offer"),
        CatalogueEntry(
            "t38-redundancy-zero", .negotiation, .proof, "No redundancy in use",
            symptom: "Every single loss reaches T.30.",
            signature:
                "Agreed t38UDPRedundancy but number of secondaries is 0 for control (V.21) data throughout; or EC "
                + "none agreed.",
            cause: "Default of the ATA/gateway (Avaya 0/0, SPA2102 default 1, Cisco ls-redundancy 0).",
            remedy: "Set low-speed redundancy 3–5, high-speed 1–2.",
            source: "Avaya IP Office T38 tab; t38modem ReadMe Cisco example; SPA2102 guide"),
        CatalogueEntry(
            "t38-boolean-syntax", .negotiation, .proof, "Boolean attribute with a value",
            symptom: "Peer believes fill-bit removal/MMR/JBIG is on when it was meant off.",
            signature:
                "a=T38FaxFillBitRemoval:0, T38FaxTranscodingMMR:0 or …JBIG:0 present. Faulty when the answerer "
                + "echoes the attribute (bare or :1).",
            cause:
                "T.38 uses presence as true; an old habit writes :0/:1. Asterisk reads any presence as true (by "
                + "reading); FreeSWITCH detects the style and mirrors it (t38_broken_boolean).",
            remedy: "Omit the line to say false.",
            source: "AST res_pjsip_t38.c line 780 ff.; FS switch_core_media.c 4929; blog.wildix.com example SDP"),
        CatalogueEntry(
            "t38-fillbit-mismatch", .negotiation, .strong, "Fill-bit removal answered where not offered",
            symptom: "Non-ECM pages distorted or refused.",
            signature:
                "Answer has T38FaxFillBitRemoval (true) though the offer had not; or non-ECM image rows below the "
                + "minimum scan time of DCS reach a G3 machine.",
            cause: "Hard-coded attribute.",
            remedy:
                "Answer ≤ offer; 3GPP advises all three false. A maintainer notes Cisco objects when 1 is "
                + "answered to 0.",
            source: "FS mod_spandsp_fax.c comment 1194; itecspec 29.163 K.2"),
        CatalogueEntry(
            "t38-transcoding-unsupported", .negotiation, .strong, "MMR or JBIG transcoding accepted by accident",
            symptom: "Page images garbage.",
            signature:
                "T38FaxTranscodingMMR/JBIG true in both offer and answer, and non-ECM image data does not decode "
                + "as the T.4 coding of DCS.",
            cause: "Echoed attribute; almost no stack transcodes.",
            remedy: "Never answer them true.",
            source: "rtpengine #1100 offer; AST res_pjsip_t38.c 503–507"),
        CatalogueEntry(
            "t38-rate-management-typo", .negotiation, .proof, "localTCF misspelt or local TCF on UDP",
            symptom: "TCF missing; training never fails or always fails.",
            signature:
                "a=T38FaxRateManagement value not exactly transferredTCF/localTCF (e.g. «localTFC»); or localTCF "
                + "agreed on UDPTL.",
            cause:
                "rtpengine both writes and parses «localTFC» (by reading: daemon/t38.c, daemon/sdp.c 1145), so a "
                + "correct localTCF is not recognised. Local TCF is for TCP; UDP mandates transferred.",
            remedy: "Use transferredTCF; Ribbon E8000 defaults TCF to Local, change it.",
            source: "RTPE t38.c/sdp.c; publicdoc.rbbn.com E8KDOC241 Fax-Settings"),
        CatalogueEntry(
            "t38-version-mismatch", .negotiation, .strong,
            "T38FaxVersion raised in the answer or ASN.1 form does not fit",
            symptom: "One side decodes garbage from the first data packet.",
            signature:
                "Answer’s version > offer’s ⇒ proof. Else decode the data packets both ways and let the bytes "
                + "decide: version 0 must fit the 1998 form, version ≥ 2 the 2002 form; a stream that fits only the "
                + "other one ⇒ strong. Version 1 is a trap: spandsp uses the 1998 form for version 0 only, so its "
                + "version 1 is 2002-form (by reading t38_core.c 509, 595, 898); what others do with version 1 is "
                + "not settled.",
            cause: "Typo in the 1998 ASN.1; stacks keep the old form whatever they negotiate.",
            remedy: "Force version 0 on one side (rtpengine has a «T.38 version» override for this).",
            source:
                "SDP t38_manual; RTPE b6f34096, ng_control_protocol.md; FS cf78b0c2 (FS-9962 Avaya v0); WS "
                + "(global preference, default 1998)"),
        CatalogueEntry(
            "t38-sdp-malformed", .negotiation, .proof, "Broken SDP line",
            symptom: "Carrier rejects or ignores the offer.",
            signature:
                "Empty rtpmap encoding («a=rtpmap:101 »), missing CRLF between T38 attributes, no c= for the "
                + "image line, no m-line at all in a re-INVITE.",
            cause: "Rewriting bug.",
            remedy: "Upgrade the rewriting element.",
            source: "sipwise/rtpengine #686; FS 62d4d47b (FS-8198 CRLF); asterisk/asterisk #824 (SDP without media)"),
        CatalogueEntry(
            "t38-odd-port-refused", .negotiation, .strong, "Odd UDPTL port refused",
            symptom: "Re-INVITE gets 488 at random, about half the calls.",
            signature: "Over ≥ 6 offers of one sender to one peer: refused exactly when m=image port is odd.",
            cause: "Some providers accept only even ports.",
            remedy: "use_even_ports = yes.",
            source: "AST configs/samples/udptl.conf.sample",
            scope: .calls),
        CatalogueEntry(
            "t38-same-port-as-rtp", .negotiation, .hint, "Image port equals the audio port (or differs)",
            symptom: "NAT ok with reuse, analysers fooled.",
            signature:
                "m=image port = former m=audio port: informational; a fault only when RTP of the old stream still "
                + "arrives on it > 500 ms after the 200 OK.",
            cause: "Common on ATAs because it keeps the NAT pinhole.",
            remedy: "Demultiplex per packet, not per port.",
            source: "blog.wildix.com/faxing-ip-standard; VM a9bce8a4 (reused port was treated as no T.38)"),
        CatalogueEntry(
            "t38-address-family-mismatch", .negotiation, .strong, "c= family does not fit",
            symptom: "Image stream declined.",
            signature: "Offer’s c=/o= IP6 while UDPTL configured for IP4 (or reverse), answer port 0 or 488.",
            cause: "Separate IPv6 switch for UDPTL.",
            remedy: "Set t38_udptl_ipv6 to fit.",
            source: "AST res_pjsip_t38.c negotiate_incoming_sdp_stream"),
        CatalogueEntry(
            "t38-udptl-wrong-interface", .negotiation, .proof, "UDPTL sent from another address than SDP said",
            symptom: "Peer drops UDPTL.",
            signature: "Source address of UDPTL ≠ c= address of the sender’s SDP, while its RTP earlier matched.",
            cause: "Socket bound to the SIP address.",
            remedy: "t38_bind_udptl_to_media_address; NAT learning at the peer.",
            source: "AlticeLabsPublic/asterisk-i #66; AST 5e9799a4"),
        CatalogueEntry(
            "t38-auto-reject-5s", .negotiation, .strong, "T.38 offer rejected after 5 s exactly",
            symptom: "Application was not ready; 488 comes 5.0 s late.",
            signature: "Image re-INVITE answered 488 at 5.0 ± 0.2 s, 100 Trying (or 183) before; UA Asterisk.",
            cause: "No fax application on the channel within the auto-reject timer.",
            remedy: "Start ReceiveFax/gateway sooner, or disable T.38 on the leg; rejection should be immediate.",
            source:
                "AST res_pjsip_t38.c T38_AUTOMATIC_REJECTION_SECONDS; 42577406; TS t38_fast_reject, "
                + "t38_1xx_response (ASTERISK-27944)"),
        CatalogueEntry(
            "t38-reinvite-slow-answer", .negotiation, .strong, "T.38 offer answered too slowly",
            symptom: "Fax machine’s DIS repeats in audio; T.38 begins after T4 ran out.",
            signature:
                "INVITE(image) to 200 OK > 3.0 s (T.30 T4) warn, > 5 s (Asterisk’s t38timeout default 5000 ms) "
                + "error.",
            cause: "Long signalling chain.",
            remedy: "Shorten; raise t38timeout.",
            source: "AST 77ee2321; commetrex.com/slow-network-signaling-problem-revealed"),
        CatalogueEntry(
            "t38-reinvite-auth-challenge", .negotiation, .strong, "407/401 on the T.38 re-INVITE",
            symptom: "Second offer after the challenge breaks the fax.",
            signature:
                "401/407 to the image INVITE, followed by a second INVITE (CSeq+1) and either no media or a BYE.",
            cause: "State machine mishandles the authenticated repeat.",
            remedy: "Do not challenge in-dialog; upgrade.",
            source: "AST a7597141 (ASTERISK-24933), 89a3fc05 (ASTERISK-25004); TS t38_with_auth"),
        CatalogueEntry(
            "fallback-after-488-broken", .negotiation, .proof, "No working audio after refused T.38",
            symptom: "Call stays up but silent or SDP-less after 488.",
            signature:
                "488/415/606 to image offer, then within 10 s either no RTP in ≥ 1 direction, or a later "
                + "re-INVITE answered 200 without SDP.",
            cause: "Media flag cleared by the failed offer; side switched to UDPTL although refused.",
            remedy: "Upgrade; re-INVITE with audio.",
            source:
                "signalwire/freeswitch PR #66 (FS-11833); FS 6ff51458 (FS-9943); TS "
                + "t38_enabled_two_reinvite_on_a/b_leg"),
        CatalogueEntry(
            "refused-leg-breaks-other-leg", .negotiation, .strong, "488 on the B leg kills T.38 on the A leg",
            symptom: "Gateway call fails although A supports T.38.",
            signature:
                "Two dialogs bridged: image offer accepted on A, refused on B, then A gets BYE/488 or no UDPTL.",
            cause: "Gateway couples the legs.",
            remedy: "Use T.38 gateway mode that terminates T.38 on A and audio on B.",
            source: "FS c0423c58 (FS-9855)",
            scope: .legs),
        CatalogueEntry(
            "session-refresh-audio-during-t38", .negotiation, .proof, "Session-timer refresh offers audio in mid fax",
            symptom: "Long fax dies at 900/1800 s, or half the Session-Expires.",
            signature:
                "In-dialog INVITE/UPDATE with m=audio active (or no SDP answer) while image is agreed and pages "
                + "are flowing, at ≈ Session-Expires/2 or its end.",
            cause: "Refresher regenerates voice SDP.",
            remedy: "Refresh with the T.38 SDP; lengthen Session-Expires; disable timers on fax.",
            source:
                "AST cacc356b (ASTERISK-21232); FS 7efc1f3b (FS-7135), 48f6978d (FS-10059); signalwire/freeswitch "
                + "#2789 (26 of 28 pages, SE 1800); team-telnyx/freeswitch PR #663"),
        CatalogueEntry(
            "session-timer-expiry", .negotiation, .proof, "Refresh missing",
            symptom: "Call dropped at exactly Session-Expires.",
            signature:
                "BYE (Reason 408/«timer expired») at Session-Expires − min(32, SE/3) … SE s after the last "
                + "refresh; none sent by the named refresher.",
            cause: "Refresher forgot, or Require/Supported: timer dropped in the T.38 re-INVITE.",
            remedy: "Fix refresher; keep «timer» in re-INVITE.",
            source: "FS 21ae5870"),
        CatalogueEntry(
            "t38-to-audio-switchback-481", .negotiation, .proof, "Re-INVITE to audio after BYE",
            symptom: "481s and error logs after success.",
            signature: "INVITE (audio) sent after BYE of the other side, answered 481.",
            cause: "Race at the end; harmless.",
            remedy: "Ignore, or upgrade.",
            source: "AlticeLabsPublic/asterisk-i #27; AST 89a3fc05"),
        CatalogueEntry(
            "srtp-and-udptl", .negotiation, .strong, "T.38 asked on an SRTP call",
            symptom: "T.38 refused or plain UDPTL on a «secure» call.",
            signature:
                "Audio was RTP/SAVP(F) (or a=crypto/fingerprint) and the image offer is plain udptl: finding "
                + "«media leaves encryption»; if refused 488: cause strong. UDP/TLS/UDPTL (RFC 7345) present = "
                + "informational.",
            cause: "UDPTL has no SRTP; DTLS form is rarely seen in the wild.",
            remedy: "Accept plain UDPTL inside a VPN, or stay G.711/SRTP.",
            source:
                "AST 58095d24 (ASTERISK-24449); webrtc-rs PR #497 comment; asterisk #1880 (TLS/SRTP ATA to UDP "
                + "trunk)"),
        CatalogueEntry(
            "no-udptl-after-switch", .negotiation, .proof, "T.38 agreed, no UDPTL",
            symptom: "35 s of silence, then BYE.",
            signature:
                "After ACK of the image 200 OK: zero UDPTL in one or both directions for ≥ 3 s (ours); name which "
                + "direction; check whether RTP kept flowing.",
            cause: "NAT/firewall, each side waiting for the other, bridge fault.",
            remedy: "Make the originator send first (no-signal); open ports; see the siblings.",
            source: "FaxBack 6D51/27985; rtpengine #1107; sipflow.dev/tools/fax"),
        CatalogueEntry(
            "t38-firewall-deadlock", .negotiation, .strong, "Both T.38 ends behind NAT wait for a first packet",
            symptom: "As above behind NAT only.",
            signature:
                "Both legs agreed to T.38, neither end sends more than keep-alives in 6 s (ours), and an end takes UDPTL at "
                + "a private address while it signals from another one; or no-udptl-after-switch seen at one side: that "
                + "side sent none, the other’s capture shows packets leaving; or side A sends a single t30-ind no-signal before its own 200 OK/ACK and the same "
                + "sequence number again later.",
            cause:
                "AudioCodes’ originator sends T.38 only after it received some; Asterisk ate the first packet’s "
                + "sequence number.",
            remedy: "CNGDetectorMode=1, T38FaxSessionImmediateStart, NoOp packets; keepalive no-signal.",
            source:
                "easymanua.ls AudioCodes MP-118 p. 148; AudioCodes «Fax Transmission behind NAT»; AST 6e5e8445 "
                + "(ASTERISK-26034)",
            scope: .legs),
        CatalogueEntry(
            "udptl-not-bridged", .negotiation, .proof, "UDPTL in on both legs, out on none",
            symptom: "Fails after about 36 s, cause 58.",
            signature:
                "On the B2BUA’s capture: UDPTL arriving on both legs, ≥ 90 % of IFPs of leg A never leave on leg "
                + "B (compare IFP content, not sequence).",
            cause: "Bridge topology broken after the re-INVITE; direct-media race.",
            remedy: "Upgrade; direct_media=no; different ATA mode.",
            source: "asterisk/asterisk #1880; AST 00b229c6 (ASTERISK-29035), 9a1ab5d5, 8313964d",
            scope: .legs),
        CatalogueEntry(
            "audio-continues-after-switch", .negotiation, .proof, "RTP goes on after the switch",
            symptom: "Relay at one end, modem audio at the other.",
            signature:
                "RTP from a side > 500 ms after its own 200 OK/ACK for image-only SDP; normal up to one round "
                + "trip. ≥ 2 s ⇒ fault; modem signals in it (V.21/V.17) ⇒ one side never switched.",
            cause: "Side accepted T.38 but its DSP stayed in voice.",
            remedy: "Force one mode; check DSP resources.",
            source: "blog.escarra.org/?p=613 (mixed for a while is normal); AST 2dae4a1c"),
        CatalogueEntry(
            "t38-autoswitch-no-signalling", .negotiation, .proof, "T.38 on the RTP port without SDP",
            symptom: "Analyser shows «malformed RTP».",
            signature:
                "Packets on the audio 5-tuple whose first two octets count up by one from 0/any and parse as "
                + "UDPTL with known IFP, while SDP never had m=image.",
            cause: "AudioCodes/Cisco mode that switches without re-INVITE (NSE or auto).",
            remedy: "Turn it off against strangers; decode anyway.",
            source: "techdocs.audiocodes.com «Automatically Switching to T.38 Mode without SIP re-INVITE»"),
        CatalogueEntry(
            "t38-offer-loop", .negotiation, .strong, "Flip-flop between audio and image",
            symptom: "Two or more switches in one call.",
            signature: "≥ 3 successful media-type changes in one dialog, or image offer re-sent ≥ 2 times after 488.",
            cause: "Detector re-triggers; gateway tries VBD, then T.38, then audio.",
            remedy: "Longer CED/V.21 discrimination time; one switch per call.",
            source: "docs.telcobridges.com Configure_Fax_Relay «Modem vs. Fax distinction timeout»; AST 40def059"),
        CatalogueEntry(
            "gateway-ignores-t38-flags", .negotiation, .hint, "Proxy strips or forces T.38 against config",
            symptom: "Offer leaves unchanged or half converted.",
            signature:
                "Image offer in one leg, audio offer in the other (or reverse) without a matching fax gateway "
                + "stream; answer mismatched.",
            cause: "Media-proxy flags not given on every offer.",
            remedy: "Apply the T.38 flags to re-INVITEs, use T.38=stop when refused.",
            source: "rtpengine #1100, #1107, #1687",
            scope: .legs),
        CatalogueEntry(
            "t38-reinvite-unanswered", .negotiation, .proof, "T.38 re-INVITE never answered",
            symptom: "Call is up, fax never starts, call drops after about 32 s or T1.",
            signature:
                "In-dialog INVITE with an image line retransmitted (same branch and CSeq) with no final response "
                + "within 32 s on the same capture point, while other SIP or media of the call is seen.",
            cause: "The re-INVITE or its answer is lost or routed to a wrong Contact; a middlebox drops it.",
            remedy: "Check Contact/Record-Route and firewall for in-dialog requests; capture on the other side.",
            source: "RFC 3261 17.1.1; recorded here"),
        CatalogueEntry(
            "sdp-address-unreachable", .negotiation, .strong,
            "SDP names an address that packets never come from or cannot reach",
            symptom: "One-way or no media, only behind NAT.",
            signature:
                "c=/m= of one party differs from the source of its own media or signalling (private or unroutable "
                + "against public), and no media reaches it; ARP or ICMP failures for that address where visible.",
            cause: "NAT without rewriting, STUN or latching; external address not configured.",
            remedy: "Set the external address, symmetric RTP/UDPTL on the far side, or an SBC.",
            source: "recorded here"),
    ]
}
