import FaxCore
import PcapDecode
import T30Analyzer

/// The time axis of one call, on which its directions lie together: in recordings, where it counts samples, and in
/// pictures. Second 0 is that of the ladder: the call's first packet.
struct CallAxis: Sendable {
    /// What lies later is left out: 4 hours, as of a stream's samples.
    static let limit = Duration.seconds(4 * 3_600)

    let start: Instant
    let end: Instant
    /// The call goes on past `end`.
    let isCut: Bool

    init(_ analyzed: AnalyzedCall) {
        let timelines = analyzed.fax.audio.map(\.timeline)
        let starts = timelines.flatMap { timeline in timeline.segments.map(\.time) }
        let ends = timelines.flatMap { timeline in
            timeline.segments.compactMap {
                timeline.time(ofSample: max($0.samples.lowerBound, $0.samples.upperBound - 1))
            }
        }
        let heard = (starts + [analyzed.fax.start].compactMap(\.self)).min()
        // A stream's first sample may lie before its packet by as much as that packet came late.
        let first = min(analyzed.call.firstTime, heard ?? analyzed.call.firstTime)
        let last = (ends + [analyzed.call.lastTime, analyzed.fax.end ?? first]).max() ?? first
        if last - first <= Self.limit {
            (start, end, isCut) = (first, last, false)
        } else {
            start = heard ?? first
            end = min(last, start + Self.limit)
            isCut = end < last
        }
    }

    var length: Duration { end - start }

    func seconds(_ time: Instant) -> Double { (time - start).inSeconds }

    /// The nearest sample at 8,000 a second.
    func sample(_ time: Instant) -> Int {
        let nanoseconds = (time - start).wholeNanoseconds
        let (shifted, overflow) = nanoseconds.addingReportingOverflow(62_500)
        return Int((overflow ? nanoseconds : shifted).quotientFloor(125_000))
    }

    /// Samples up to its end.
    var sampleCount: Int { max(0, sample(end)) + 1 }
}
