import FaxCore
import FaxDSP
import FaxWire
import PcapDecode
import T30Analyzer

/// A call made by hand: T.38 after a re-INVITE, one training, one page, a finding, and names that bite.
enum SampleCall {
    static let start = Instant(nanoseconds: 1_795_231_955_325_123_000)

    static func at(_ milliseconds: Int) -> Instant { start + .milliseconds(milliseconds) }
    static func frame(_ number: UInt32) -> FrameRef { FrameRef(number: number) }

    static let page = PageBitmap(
        widthPx: 16, heightPx: 3, dpiX: 204, dpiY: 98, octets: [0xF0, 0x01, 0x00, 0x00, 0xFF, 0xFF])

    static func analyzed() throws -> AnalyzedCall {
        AnalyzedCall(call: try call(), fax: fax(), findings: [finding])
    }

    static func call() throws -> Call {
        var signalling = Signalling(.sip)
        signalling.callIDs = ["a\"b\u{1B}[31m@10.0.0.1"]
        signalling.caller = "sip:100\u{1B}[2J@pbx.example"
        signalling.callee = "sip:200@pbx.example"
        signalling.callerAgent = "Sample \u{202E}agent"
        signalling.transport = .udp
        signalling.inviteFrame = frame(1)
        signalling.inviteTime = start
        signalling.answerFrame = frame(4)
        signalling.answerTime = at(303)
        signalling.endFrame = frame(90)
        signalling.endTime = at(28_700)
        signalling.outcome = .answered
        signalling.finalStatus = 200
        signalling.endedBy = .callee
        var change = T38Switch(
            offeredBy: .callee, offerFrame: frame(20), offerTime: at(3000),
            offer: T38Parameters(attributes: [
                .init(name: "T38FaxVersion", value: "0"), .init(name: "T38FaxUdpEC", value: "t38UDPRedundancy"),
                .init(name: "T38FaxFillBitRemoval", value: nil), .init(name: "T38FaxVersion", value: "3"),
            ]))
        change.status = 200
        change.answerFrame = frame(21)
        change.afterAnswer = .milliseconds(2697)
        change.isAccepted = true
        signalling.t38Switch = change
        let (here, there) = (endpoint(1), endpoint(2))
        for (time, number, from, summary) in [
            (0, 1, Party.caller, "INVITE (audio PCMU 10266)"), (303, 4, .callee, "200 OK (audio PCMU 10304)"),
            (3000, 20, .callee, "INVITE (image udptl 4572)"), (3001, 21, .caller, "200 OK (image udptl 4856)"),
            (28_700, 90, .callee, "BYE"),
        ] {
            signalling.steps.append(
                SIPStep(
                    time: at(time), frame: frame(UInt32(number)), from: from, source: from == .caller ? here : there,
                    destination: from == .caller ? there : here, method: "INVITE", status: nil, summary: summary,
                    cseq: 1,
                    isRetransmission: false))
        }
        var call = Call(id: 1, signalling: signalling, firstTime: start, firstFrame: frame(1))
        call.lastTime = at(28_700)
        call.lastFrame = frame(90)
        call.coverage.caller = 0.9666
        var stream = MediaStream(kind: .udptl, from: here, to: there, frame: frame(22), time: at(3200))
        stream.codec = "t38"
        stream.direction = .caller
        stream.lastFrame = frame(89)
        stream.packets = 451
        stream.statistics.lost = 13
        stream.statistics.recovered = 13
        stream.statistics.jitter = .microseconds(1250)
        stream.statistics.errorCorrection = .redundancy
        stream.statistics.redundancyDepth = 3
        call.streams = [stream]
        return call
    }

    static func endpoint(_ host: UInt32) -> Endpoint {
        Endpoint(IPAddress(v4: 0x0A00_0000 | host), 4000 + UInt16(host))
    }

    static func fax() -> FaxSession {
        var fax = FaxSession()
        fax.outcome = .success
        fax.carriedBy = "t38"
        fax.sender = .caller
        fax.senderID = "+1 555 0100"
        fax.receiverID = "+1 555 0200"
        fax.modem = "V.17"
        fax.rateBps = 14_400
        fax.ecm = true
        fax.compression = "MMR"
        fax.resolutionDPI = Resolution(x: 204, y: 98)
        fax.widthPx = 16
        fax.pagesSent = 1
        fax.pagesConfirmed = 1
        fax.start = at(3500)
        fax.end = at(28_000)
        var training = Training(time: at(10_500), frame: frame(40))
        training.rateBps = 14_400
        training.modem = "V.17"
        training.longestZeroRunBits = 23_328
        training.errors = 0
        training.answer = "CFR"
        fax.trainings = [training]
        var first = FaxPage(number: 1)
        first.rows = 3
        first.badRows = 1
        first.confirmedBy = "MCF"
        first.start = at(15_000)
        first.end = at(24_000)
        first.firstFrame = frame(50)
        first.lastFrame = frame(70)
        first.image = page
        fax.pages = [first]
        fax.messages = [
            message(
                7600, 30, .callee, "CSI", [.init(name: "ident", value: .text("+1 555 0200"), meaning: "subscriber")]),
            message(
                8300, 32, .callee, "DIS", [.init(name: "ecm", bit: 27, value: .flag(true), meaning: "error correction")]
            ),
            message(10_500, 40, .caller, "DCS", []), message(15_200, 48, .callee, "CFR", []),
        ]
        fax.messages += (0..<6).map {
            message(15_500 + $0, 51 + UInt32($0), .caller, "FCD \($0 < 4 ? $0 : $0 + 3)", [])
        }
        fax.messages += [message(25_000, 75, .caller, "PPS-EOP", []), message(27_000, 80, .callee, "MCF", [])]
        fax.signals = (0..<3).map {
            FaxSignal(
                name: "CNG", direction: .caller, start: at(4000 + $0 * 100), end: at(4500 + $0 * 100),
                firstFrame: frame(23),
                lastFrame: frame(24))
        }
        return fax
    }

    static func message(
        _ time: Int, _ number: UInt32, _ from: Party, _ name: String, _ fields: [T30Field]
    ) -> T30Message {
        T30Message(
            time: at(time), end: at(time + 100), frame: frame(number), lastFrame: frame(number + 1), direction: from,
            name: name, octets: [0xFF, 0x13, 0x80], fields: fields, crcOK: true)
    }

    static let finding = Finding(
        id: "udptl-loss-repaired", layer: .transport, severity: .note, certainty: .proof,
        title: "Loss that was repaired",
        because: "13 of 464 packets were lost and all came again.", remedy: "", frames: [frame(60), frame(61)],
        times: [start...start], isRootCause: false)

    static func summary() -> CaptureSummary {
        var summary = CaptureSummary(files: ["sample.pcap"], format: "pcap")
        summary.frames = 90
        summary.bytes = 9000
        summary.firstTime = start
        summary.lastTime = at(28_700)
        summary.linkTypes = ["ethernet"]
        summary.warnings = [CaptureWarning(frame: frame(12), layer: .udp, offset: 4, reason: "length: claims 9 octets")]
        return summary
    }
}
