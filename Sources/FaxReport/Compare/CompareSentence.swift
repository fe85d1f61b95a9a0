import CaptureCompare
import FaxCore
import PcapDecode
import T30Analyzer

/// What became of a call between the two places, in one or two sentences.
public enum CompareSentence {
    public static func text(_ pair: PairComparison) -> String {
        var parts = pair.streams.filter { $0.lost > 0 }.map(loss)
        let edited = pair.t30.changes.count
        if edited > 0 { parts.append("\(count(edited, "T.30 frame")) changed") }
        if pair.findings.contains(where: { $0.id == "sip-alg-rewrite" }) { parts.append("SIP rewritten") }
        let sip = pair.sipMissing.count(where: \.isLost)
        if sip > 0 { parts.append("\(count(sip, "SIP message")) lost") }
        // A B2BUA makes media of its own between the switches.
        if pair.isAnotherDialog, parts.isEmpty { return clean(pair) }
        let altered = pair.streams.reduce(0) { $0 + $1.altered.count }
        if altered > 0 { parts.append("\(count(altered, "packet")) altered") }
        let injected = pair.streams.reduce(0) { $0 + $1.injected.count }
        if injected > 0 { parts.append("\(count(injected, "packet")) put in") }
        let held = pair.streams.reduce(0) { $0 + $1.heldBack.count }
        if held > 0 { parts.append("\(count(held, "packet")) held back") }
        if parts.isEmpty { return clean(pair) }
        return (parts.joined(separator: "; ") + ".").capitalisedFirst
    }

    private static func clean(_ pair: PairComparison) -> String {
        let matched = pair.streams.reduce(0) { $0 + $1.matched } + pair.messagesMatched
        if matched == 0 && pair.t30.matched.isEmpty { return "Nothing of it is at both places." }
        if pair.streams.contains(where: { $0.state == .converted || $0.convertedPackets > 0 }) {
            return "The media goes on in another form; no T.30 frame was lost or changed."
        }
        return "Everything came through unchanged."
    }

    private static func loss(_ stream: StreamComparison) -> String {
        let what = stream.kind == MediaStream.Kind.udptl.rawValue ? "T.38" : "audio"
        let who = stream.party.map { " of the \($0.rawValue)" } ?? ""
        let way = stream.upstream.map { " between \($0.rawValue) and \($0.other.rawValue)" } ?? ""
        if stream.matched == 0 { return "all \(count(stream.lost, "packet")) of \(what)\(who) lost\(way)" }
        return "\(stream.lost) of \(count(stream.expected, "packet")) of \(what)\(who) lost\(way)"
    }

    private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
}
