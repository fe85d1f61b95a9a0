import FaxCore
import FaxWire
import PcapDecode
import Testing

/// Messages in any order, changed at random: the tracker never traps and keeps its limits.
@Suite struct DialogMutationTests {
    private static let lines = [
        "INVITE sip:b SIP/2.0", "ACK sip:b SIP/2.0", "BYE sip:b SIP/2.0", "CANCEL sip:b SIP/2.0", "PRACK sip:b SIP/2.0",
        "UPDATE sip:b SIP/2.0", "INFO sip:b SIP/2.0", "REGISTER sip:b SIP/2.0", "SIP/2.0 100 Trying",
        "SIP/2.0 183 Session Progress", "SIP/2.0 200 OK", "SIP/2.0 302 Moved", "SIP/2.0 401 Unauthorized",
        "SIP/2.0 486 Busy", "SIP/2.0 487 Terminated", "SIP/2.0 488 No", "SIP/2.0 491 Pending",
    ]
    private static let methods = ["INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE", "INFO", "REGISTER"]
    private static let bodies = [
        "", "", DialogScript.audio(10_000), DialogScript.image(4000), DialogScript.both(1, 2), DialogScript.image(0),
        DialogScript.audio(5, 2, "sendonly"),
    ]

    private static func message(_ random: inout SeededRandom) -> [UInt8] {
        func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &random)] }
        let line = pick(lines)
        let method = line.hasPrefix("SIP") ? pick(methods) : String(line.prefix { $0 != " " })
        let body = pick(bodies)
        let tags = pick([["A", "B"], ["B", "A"], ["A", ""], ["C", "B"], ["", ""]])
        var text = "\(line)\r\nVia: SIP/2.0/UDP h;branch=\(pick(["1", "2", "3"]))\r\n"
        text += "From: <sip:a@h>\(tags[0].isEmpty ? "" : ";tag=\(tags[0])")\r\n"
        text += "To: <sip:b@h>\(tags[1].isEmpty ? "" : ";tag=\(tags[1])")\r\n"
        text += "Call-ID: \(pick(["x", "y"]))\r\nCSeq: \(Int.random(in: 1...4, using: &random)) \(method)\r\n"
        text += "Content-Type: application/sdp\r\n\r\n\(body)"
        var octets = Array(text.utf8)
        if Bool.random(using: &random) {
            octets[Int.random(in: 0..<octets.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        return octets
    }

    @Test func anyOrder() {
        var random = SeededRandom(seed: 3261)
        var tracker = DialogTracker()
        var open: Set<DialogID> = []
        for round in 0..<3_000 {
            guard let message = try? SIPMessage.lax(Self.message(&random).span.bytes).value else { continue }
            let places =
                Bool.random(using: &random)
                ? [DialogScript.caller, DialogScript.callee] : [DialogScript.callee, DialogScript.caller]
            let context = SIPContext(
                time: Instant(nanoseconds: Int64(round)), frame: FrameRef(number: UInt32(round + 1)), source: places[0],
                destination: places[1], transport: .udp)
            for event in tracker.handle(message, context) {
                switch event {
                case .opened(let id): #expect(open.insert(id).inserted)
                case .resumed(let id), .mediaChanged(let id), .releasing(let id), .ended(let id):
                    #expect(open.contains(id))
                }
            }
            guard round % 40 == 39, let id = open.min() else { continue }
            check(tracker.remove(id))
            open.remove(id)
        }
        #expect(tracker.count == open.count)
        #expect(tracker.finish().map(\.id) == open.sorted())
        #expect(tracker.count == 0)
    }

    private func check(_ signalling: Signalling?) {
        guard let signalling else {
            Issue.record("a dialog that was opened is not there")
            return
        }
        #expect(signalling.steps.count <= DialogTracker.Limit.steps)
        #expect(signalling.sessions.count <= DialogTracker.Limit.sessions)
        #expect(signalling.notes.count <= DialogTracker.Limit.notes)
        #expect((signalling.answerTime == nil) == (signalling.answerFrame == nil))
        #expect((signalling.endTime == nil) == (signalling.endFrame == nil))
        if let switched = signalling.t38Switch, switched.isAccepted {
            #expect((switched.status ?? 0) / 100 == 2)
            #expect(switched.answer != nil)
        }
    }
}
