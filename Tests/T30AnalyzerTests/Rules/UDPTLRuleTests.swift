import FaxCore
import FaxProtocol
import FaxWire
import PcapDecode
import TestSupport
import Testing

@testable import T30Analyzer

/// Layer C: numbers, copies and sizes of UDPTL.
@Suite struct UDPTLRuleTests {
    private static let clean = "01-t38-clean-1page-ecm"

    private static func made(
        _ id: String, _ shows: String, fires: Bool, severity: Finding.Severity? = nil, party: Party? = nil,
        because: String? = nil, _ edit: @escaping @Sendable (inout CaptureEditor) throws -> Void
    ) -> RuleCase {
        RuleCase(
            id: id, kind: .made, capture: clean, shows: shows, edit: edit, fires: fires, severity: severity,
            party: party, because: because)
    }

    /// A fax in audio: CED until 3.2 s, DIS until 5.2 s, DCS until 7.3 s, TCF until 10.3 s, the page from 11.9 s on.
    private static func sound(
        _ id: String, _ shows: String, fires: Bool, party: Party? = nil,
        _ edit: @escaping @Sendable (inout CaptureEditor) throws -> Void
    ) -> RuleCase {
        RuleCase(
            id: id, kind: .made, capture: "03-g711u-clean-1page", shows: shows, edit: edit, fires: fires, party: party)
    }

    private static func real(_ id: String, _ capture: String = clean, fires: Bool = false) -> RuleCase {
        RuleCase(id: id, kind: .real, capture: capture, fires: fires)
    }

    private static func middle(_ editor: CaptureEditor) -> Instant {
        editor.start + .nanoseconds((editor.end - editor.start).wholeNanoseconds / 2)
    }

    static let cases = numbers + contents + order

    private static let numbers = [
        made("udptl-seq-restart", "the caller begins anew at 20000", fires: true, severity: .note, party: .caller) {
            let middle = middle($0)
            $0.editDatagrams(of: .caller, after: middle) { packet, _ in packet.sequence &+= 20_000 }
        },
        made("udptl-seq-restart", "five numbers left out", fires: false) {
            let middle = middle($0)
            $0.editDatagrams(of: .caller, after: middle) { packet, _ in packet.sequence &+= 5 }
        },
        made("udptl-seq-not-zero", "the caller begins at 5000", fires: true, certainty: .hint, party: .caller) {
            $0.editDatagrams(of: .caller) { packet, _ in packet.sequence &+= 5_000 }
        },
        real("udptl-seq-not-zero"),
        made("udptl-wraparound-bug", "the caller goes from 65535 to 1", fires: true, party: .caller) {
            $0.editDatagrams(of: .caller) { packet, _ in
                let place = Int(packet.sequence)
                packet.sequence = UInt16(truncatingIfNeeded: 65_400 + place + (65_400 + place > 65_535 ? 1 : 0))
            }
        },
        made("udptl-wraparound-bug", "a wrap as it should be", fires: false) {
            $0.editDatagrams(of: .caller) { packet, _ in packet.sequence &+= 65_400 }
        },
        made("udptl-wraparound-bug", "a repaired loss at the wrap, and PPR after it", fires: true, party: .callee) {
            let sent = $0.datagrams(of: .caller)
            guard let page = sent.first(where: { isPageData($0.packet) }) else { return $0.complain("no page") }
            let base = UInt16(truncatingIfNeeded: 65_535 - Int(page.packet.sequence) - 40)
            $0.editDatagrams(of: .caller) { packet, _ in packet.sequence &+= base }
            $0.dropMedia(.udptl, from: .caller) { UDPTLPacket.read($0.payload.span.bytes).value.sequence == 65_535 }
            askAgain(&$0)
        },
        made("rtcp-mux-confusion", "numbers from 32768 on", fires: true, severity: .note, party: .caller) {
            $0.editDatagrams(of: .caller) { packet, _ in packet.sequence &+= 0x8000 }
        },
        made("rtcp-mux-confusion", "numbers below 32768", fires: false) {
            $0.editDatagrams(of: .caller) { packet, _ in packet.sequence &+= 0x3000 }
        },
    ]

    private static let contents = [
        made("udptl-fec-bogus-early", "parity in the first packets", fires: true, party: .caller) {
            $0.resend(of: .caller, .fec(span: 3, entries: 2))
            $0.editDatagrams(of: .caller) { packet, _ in
                if packet.sequence < 3 { packet.recovery = .fec(span: 3, parity: [[0, 0, 0], [0, 0, 0]]) }
            }
        },
        real("udptl-fec-bogus-early", "08-t38-fec-3pct-loss"),
        made("udptl-mixed-ec", "copies first, then parity", fires: true, party: .caller) {
            $0.resend(of: .caller, .fec(span: 3, entries: 2))
        },
        real("udptl-mixed-ec", "01-t38-clean-1page-ecm"),
        made("udptl-zero-length-secondary", "an empty copy in each packet", fires: true, party: .caller) {
            $0.editDatagrams(of: .caller) { packet, _ in packet.recovery = .redundancy([[]]) }
        },
        real("udptl-zero-length-secondary"),
        made("udptl-truncated-or-trailing", "one octet too many", fires: true, party: .caller) {
            let middle = middle($0)
            $0.editMedia(.udptl, from: .caller, after: middle) { payload, _ in payload.append(0) }
        },
        made("udptl-truncated-or-trailing", "two octets behind every datagram of both", fires: true) {
            $0.editMedia(.udptl) { payload, _ in payload += [0, 0] }
        },
        RuleCase(
            id: "udptl-truncated-or-trailing", kind: .made, capture: "D01-media-only-t38",
            shows: "two octets behind every datagram, no signalling",
            edit: { $0.editMedia(.other) { payload, _ in payload += [0, 0] } }, fires: true),
        RuleCase(
            id: "udptl-truncated-or-trailing", kind: .made, capture: "D01-media-only-t38",
            shows: "more octets than packet behind every datagram, no signalling",
            edit: { $0.editMedia(.other) { payload, _ in payload += [UInt8](repeating: 0, count: 400) } }, fires: false),
        real("udptl-truncated-or-trailing", "D06-snaplen100-t38"),
        made("udptl-repeat-new-seq", "each indicator twice", fires: true, party: .caller) {
            $0.resend(of: .caller, .redundancy(.init(all: 3))) { packets in
                packets = packets.flatMap { packet in
                    packet.octets.count == 1
                        ? [packet, (time: packet.time + .milliseconds(2), octets: packet.octets)] : [packet]
                }
            }
        },
        real("udptl-repeat-new-seq"),
        made("udptl-mtu-fragment", "a datagram in two fragments", fires: true, severity: .note) {
            let sent = $0.datagrams(of: .caller)
            $0.fragment(sent[sent.count / 2].media.place)
        },
        made("udptl-mtu-fragment", "the second fragment is missing", fires: true, severity: .warning) {
            let sent = $0.datagrams(of: .caller)
            $0.fragment(sent[sent.count / 2].media.place, losingSecond: true)
        },
        real("udptl-mtu-fragment", "48-sip-ip-fragmented-mtu600"),
    ]

    private static let order = [
        made("udptl-reorder", "two packets changed places", fires: true, party: .caller) {
            let sent = $0.datagrams(of: .caller)
            $0.swap(sent[sent.count / 2].media.place, sent[sent.count / 2 + 1].media.place)
        },
        real("udptl-reorder"),
        made("udptl-duplicate", "one packet twice", fires: true, severity: .note, party: .caller) {
            let sent = $0.datagrams(of: .caller)
            $0.repeat(sent[sent.count / 2].media.place, after: .milliseconds(1))
        },
        made("udptl-duplicate", "the same number with other content", fires: true, severity: .warning) {
            let sent = $0.datagrams(of: .caller)
            let other = UDPTLPacket(sequence: sent[40].packet.sequence, primary: [0x06])
            $0.repeat(sent[40].media.place, after: .milliseconds(1)) { $0.setPayload(other.octets) }
        },
        real("udptl-duplicate"),
        made("nat-rebinding-mid-fax", "the caller's port changes in the page", fires: true, party: .caller) {
            let middle = middle($0)
            for media in $0.media(.udptl, from: .caller, after: middle) {
                $0.records[media.place].frame.setSource(Endpoint(media.source.address, 61_000))
            }
        },
        real("nat-rebinding-mid-fax"),
        made("nat-rebinding-mid-fax", "a re-INVITE names the new port", fires: false) {
            let middle = middle($0)
            let packets = $0.media(.udptl, from: .caller, after: middle)
            let old = packets[0]
            let new = Endpoint(old.source.address, 61_000)
            for media in packets { $0.records[media.place].frame.setSource(new) }
            $0.insert(
                "INVITE", by: .caller, at: middle - .milliseconds(50), sdp: CaptureEditor.imageSDP(new),
                answer: CaptureEditor.imageSDP(old.destination))
        },
        made("strict-rtp-drop", "T.38 from a third place, unanswered", fires: true, party: .caller) { capture in
            let answered = capture.time(of: .response(200, to: "INVITE", offering: "image"))
            for media in capture.media(.udptl, from: .caller, after: answered) {
                capture.records[media.place].frame.setSource(Endpoint(media.source.address, 61_000))
            }
            capture.dropMedia(.udptl, from: .callee, after: answered + .seconds(6))
        },
        real("strict-rtp-drop", "25-t38-udptl-blocked-one-way"),
        sound(
            "nat-rebinding-mid-fax", "the port of the caller's audio changes in the page", fires: true, party: .caller
        ) {
            $0.moveMedia(of: .caller, after: $0.start + .seconds(14))
        },
        sound("nat-rebinding-mid-fax", "another SSRC from another port", fires: false) {
            $0.moveMedia(of: .caller, after: $0.start + .seconds(14))
            $0.changeSource(of: .caller, after: $0.start + .seconds(14), to: 0x1234_5678)
        },
        sound("nat-rebinding-mid-fax", "the port changes before the fax", fires: false) {
            $0.moveMedia(of: .caller, after: $0.start + .seconds(2))
        },
        sound("strict-rtp-drop", "audio from a third place, unanswered", fires: true, party: .caller) { capture in
            let time = capture.start + .seconds(6)
            capture.changeSource(of: .caller, after: time, to: 0x1234_5678)
            capture.moveMedia(of: .caller, after: time)
            capture.silence(.callee, after: time)
        },
        sound("strict-rtp-drop", "audio from a third place, answered", fires: false) { capture in
            let time = capture.start + .seconds(6)
            capture.changeSource(of: .caller, after: time, to: 0x1234_5678)
            capture.moveMedia(of: .caller, after: time)
        },
    ]

    private static func made(
        _ id: String, _ shows: String, fires: Bool, certainty: Finding.Certainty, party: Party?,
        _ edit: @escaping @Sendable (inout CaptureEditor) throws -> Void
    ) -> RuleCase {
        RuleCase(
            id: id, kind: .made, capture: clean, shows: shows, edit: edit, fires: fires, certainty: certainty,
            party: party)
    }

    static func isPageData(_ packet: UDPTLPacket) -> Bool {
        guard case .data(let type, let fields) = IFPPacket.read(packet.primary.span.bytes, form: .v1998).value.packet
        else { return false }
        return type != .v21 && fields.contains { $0.type == .hdlcData && $0.octets.count > 8 }
    }

    /// The callee's MCF becomes a PPR that asks for frame 3.
    private static func askAgain(_ capture: inout CaptureEditor) {
        var map = [UInt8](repeating: 0, count: 32)
        map[0] = 8
        let request: [UInt8] = [0xFF, 0x13, 0xBC] + map
        var count = 0
        capture.resend(of: .callee, .redundancy(.init(all: 3))) { packets in
            packets = packets.flatMap { packet -> [(time: Instant, octets: [UInt8])] in
                guard
                    case .data(.v21, var fields) = IFPPacket.read(packet.octets.span.bytes, form: .v1998).value.packet,
                    let index = fields.firstIndex(where: { $0.type == .hdlcData }),
                    fields[index].octets.map(\.reversedBits).suffix(1) == [0x8C]
                else { return [packet] }
                count += 1
                fields[index].octets = (fields[index].octets.count > 1 ? request : [0xBC] + map).map(\.reversedBits)
                return [(packet.time, IFPPacket.data(.v21, fields).octets(form: .v1998) ?? packet.octets)]
            }
        }
        if count == 0 { capture.complain("no MCF") }
    }

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}

extension CaptureEditor {
    /// A party's audio comes from another port.
    fileprivate mutating func moveMedia(of sender: Party, after time: Instant) {
        for packet in media(.rtp, from: sender, after: time) {
            records[packet.place].frame.setSource(Endpoint(packet.source.address, 61_000))
        }
    }

    fileprivate mutating func silence(_ party: Party, after time: Instant) {
        editSound(of: party, after: time) { [Int16](repeating: 0, count: $0.count) }
    }
}
