import FaxCore
import PcapDecode
import Testing

@Suite("TCP reassembly")
struct NetworkTCPTests {
    /// What comes out: octets as text, `<n>` for a gap, `[` and `]` for start and end.
    final class Output {
        var text = ""
        var frames: [UInt32] = []

        func take(_ event: TCPReassembler.Event) {
            switch event {
            case .data(let octets, let frame, _):
                text += String(decoding: octets, as: UTF8.self)
                frames.append(frame.number)
            case .gap(let count, _, _): text += "<\(count)>"
            case .start: text += "["
            case .end: text += "]"
            }
        }
    }

    struct Segment {
        var sequence: UInt32
        var text: String
        var flags: TCPSegmentInfo.Flags = .ack
        var lengthOnWire: Int?
        var seconds = 0.0
    }

    struct Row: CustomTestStringConvertible {
        var testDescription: String
        var segments: [Segment]
        var text: String
        var base: UInt32 = 0

        init(_ name: String, _ segments: [Segment], _ text: String) {
            testDescription = name
            self.segments = segments
            self.text = text
        }
    }

    static func run(_ segments: [Segment], base: UInt32 = 1000) -> (Output, TCPReassembler) {
        var reassembler = TCPReassembler()
        let output = Output()
        for (index, segment) in segments.enumerated() {
            reassembler.segment(
                TCPSegmentInfo(sequence: base &+ segment.sequence, flags: segment.flags),
                payload: [UInt8](segment.text.utf8).span.bytes,
                lengthOnWire: segment.lengthOnWire ?? segment.text.utf8.count,
                frame: FrameRef(number: UInt32(index + 1)), time: Instant(seconds: segment.seconds),
                deliver: output.take)
        }
        reassembler.finish(deliver: output.take)
        return (output, reassembler)
    }

    static let rows = [
        Row("in order", [Segment(sequence: 0, text: "abc"), Segment(sequence: 3, text: "def")], "abcdef"),
        Row(
            "whole connection",
            [
                Segment(sequence: 0, text: "", flags: .syn), Segment(sequence: 1, text: "abc"),
                Segment(sequence: 4, text: "de", flags: [.fin, .ack]),
            ], "[abcde]"),
        Row(
            "out of order",
            [
                Segment(sequence: 0, text: "ab"), Segment(sequence: 4, text: "ef"), Segment(sequence: 6, text: "gh"),
                Segment(sequence: 2, text: "cd"),
            ], "abcdefgh"),
        Row("repeated", [Segment(sequence: 0, text: "abc"), Segment(sequence: 0, text: "abc")], "abc"),
        Row(
            "overlapping",
            [Segment(sequence: 0, text: "abc"), Segment(sequence: 1, text: "bcde"), Segment(sequence: 4, text: "ef")],
            "abcdef"),
        Row(
            "overlapping while waiting",
            [
                Segment(sequence: 0, text: "a"), Segment(sequence: 3, text: "de"), Segment(sequence: 2, text: "cdef"),
                Segment(sequence: 3, text: "d"), Segment(sequence: 1, text: "b"),
            ], "abcdef"),
        Row(
            "a hole that never closes",
            [Segment(sequence: 0, text: "ab"), Segment(sequence: 10, text: "kl")], "ab<8>kl"),
        Row(
            "a hole that waits too long",
            [
                Segment(sequence: 0, text: "ab"), Segment(sequence: 4, text: "ef"),
                Segment(sequence: 6, text: "gh", seconds: 6), Segment(sequence: 2, text: "cd", seconds: 7),
            ], "ab<2>efgh"),
        Row(
            "cut by the snapshot length",
            [Segment(sequence: 0, text: "ab", lengthOnWire: 5), Segment(sequence: 5, text: "fg")], "ab<3>fg"),
        Row(
            "keep-alive probes",
            [
                Segment(sequence: 0, text: "abc"), Segment(sequence: 2, text: "c"), Segment(sequence: 2, text: "\0"),
                Segment(sequence: 3, text: "d"),
            ], "abcd"),
        Row(
            "reset", [Segment(sequence: 0, text: "abc"), Segment(sequence: 3, text: "", flags: .rst)], "abc]"),
        Row(
            "the end arrives before the last octets",
            [
                Segment(sequence: 0, text: "ab"), Segment(sequence: 4, text: "", flags: [.fin, .ack]),
                Segment(sequence: 2, text: "cd"), Segment(sequence: 4, text: "", flags: [.fin, .ack]),
            ], "abcd]"),
        Row(
            "a new connection on the same ports",
            [
                Segment(sequence: 0, text: "", flags: .syn), Segment(sequence: 1, text: "a"),
                Segment(sequence: 0, text: "", flags: .syn), Segment(sequence: 500_000_000, text: "", flags: .syn),
                Segment(sequence: 500_000_001, text: "b"),
            ], "[a[b"),
        Row(
            "a sequence number far away in mid-stream",
            [Segment(sequence: 0, text: "a"), Segment(sequence: 0x7000_0000, text: "b")], "a[b"),
    ]

    @Test("what a segment sequence gives, also over the wrap", arguments: rows, [UInt32(1000), 0xFFFF_FFFE])
    func table(_ row: Row, _ base: UInt32) {
        #expect(Self.run(row.segments, base: base).0.text == row.text)
    }

    @Test("octets carry the frame that brought them")
    func frames() {
        let (output, reassembler) = Self.run([
            Segment(sequence: 0, text: "ab"), Segment(sequence: 4, text: "ef"), Segment(sequence: 2, text: "cdef"),
        ])
        #expect(output.text == "abcdef")
        #expect(output.frames == [1, 3])
        #expect(reassembler.repeatedOctets == 2)
    }

    @Test("an acknowledgment closes a hole of the capture at once")
    func acknowledged() {
        var reassembler = TCPReassembler()
        let output = Output()
        for (sequence, text) in [(UInt32(0), "ab"), (4, "ef")] {
            reassembler.segment(
                TCPSegmentInfo(sequence: sequence), payload: [UInt8](text.utf8).span.bytes, frame: FrameRef(number: 1),
                time: .zero, deliver: output.take)
        }
        reassembler.acknowledged(
            by: TCPSegmentInfo(sequence: 0, acknowledgment: 2, flags: .ack), deliver: output.take)
        #expect(output.text == "ab")
        reassembler.acknowledged(
            by: TCPSegmentInfo(sequence: 0, acknowledgment: 6, flags: .ack), deliver: output.take)
        #expect(output.text == "ab<2>ef")
    }

    @Test("what waits is bounded")
    func bounded() {
        let big = String(repeating: "x", count: 1000)
        let count = TCPReassembler.Limit.waitingOctets / 1000 + 2
        let segments =
            [Segment(sequence: 0, text: "a")] + (0..<count).map { Segment(sequence: UInt32(2 + $0 * 1000), text: big) }
        var reassembler = TCPReassembler()
        let output = Output()
        for segment in segments {
            reassembler.segment(
                TCPSegmentInfo(sequence: segment.sequence), payload: [UInt8](segment.text.utf8).span.bytes,
                frame: FrameRef(number: 1), time: .zero, deliver: output.take)
        }
        #expect(output.text.hasPrefix("a<1>x"))
        #expect(reassembler.missingOctets == 1)
    }

    @Test("a segment order drawn by seed gives the text back")
    func shuffled() {
        let text = String((0..<400).map { Character(UnicodeScalar(UInt8(97 + $0 % 26))) })
        for seed in UInt64(1)...20 {
            var random = SeededRandom(seed: seed)
            var segments = stride(from: 0, to: 400, by: 8).map { start in
                Segment(sequence: UInt32(start), text: String(text.dropFirst(start).prefix(8 + start % 3 * 4)))
            }
            let first = segments.removeFirst()
            segments.shuffle(using: &random)
            #expect(Self.run([first] + segments, base: 0xFFFF_FF00).0.text == text)
        }
    }
}
