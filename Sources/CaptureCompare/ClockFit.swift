import FaxCore

/// The clocks of two captures against each other, from packets seen at both.
///
/// A packet shows its transit and the offset of the clocks together. Packets of both directions show the sum of both
/// transits; that the least transit is the same in both directions is an assumption, and half of that sum is how far it
/// may be wrong.
public struct ClockFit: Sendable {
    /// One packet at both places.
    struct Sample {
        var a: Instant
        var b: Instant
        /// Who sent it.
        var party: Party?
        /// Hops left at A and B.
        var ttl: (a: UInt8, b: UInt8)
    }

    /// Clock of B minus clock of A at ``reference``.
    public private(set) var offset: Duration = .zero
    /// Half width of what the offset may be.
    public private(set) var uncertainty: Duration = .zero
    /// A time of A's clock.
    public private(set) var reference: Instant = .zero
    /// How much faster B's clock goes, in parts per million, and the half width of its 95 % interval; `nil`: too few
    /// packets or too short.
    public private(set) var skewPPM: Double?
    public private(set) var skewUncertaintyPPM: Double?
    /// The least transit there and back; `nil`: packets of one direction only, their transit is inside ``offset``.
    public private(set) var roundTrip: Duration?
    /// The place on whose side the caller is; `nil`: cannot be told.
    public private(set) var callerSide: CapturePoint?
    /// Packets that it was made from.
    public private(set) var packets = 0

    /// Seconds of a window of which the fastest packet counts, at least; windows at most.
    private static let window = 1.0
    private static let windowLimit = 400.0
    /// Shorter calls tell nothing about skew.
    private static let skewSpan = 8.0
    /// Difference of the directions below which it is noise of the capturing hosts.
    private static let noise = 2e-6

    private var base: Int64 = 0
    /// Seconds per second, where it is significant.
    private var slope = 0.0

    /// `nil`: no packet.
    init?(_ samples: [Sample]) {
        guard let first = samples.min(by: { $0.a < $1.a }) else { return nil }
        packets = samples.count
        reference = first.a
        base = (first.b - first.a).wholeNanoseconds
        let points = samples.map { sample in
            ClockPoint(
                time: (sample.a - first.a).inSeconds,
                late: Double((sample.b - sample.a).wholeNanoseconds &- base) / 1e9, party: sample.party)
        }
        let span = points.map(\.time).max() ?? 0
        let width = max(Self.window, span / Self.windowLimit)
        var windows: [Int: Window] = [:]
        for point in points { windows[Int(point.time / width), default: Window()].add(point) }
        let ordered = windows.sorted { $0.key < $1.key }.map(\.value)
        callerSide = Self.side(ordered) ?? Self.side(byHops: samples)
        fit(ordered, span)
    }

    /// Extremes of each direction in a window.
    private struct Window {
        var least: [Party: ClockPoint] = [:]
        var most: [Party: ClockPoint] = [:]

        mutating func add(_ point: ClockPoint) {
            let party = point.party ?? .caller
            if point.late < least[party]?.late ?? .infinity { least[party] = point }
            if point.late > most[party]?.late ?? -.infinity { most[party] = point }
        }
    }

    // MARK: - Which side

    /// What goes from A to B looks late by its transit, what comes from B looks early. The middles of the extremes are
    /// compared window by window, so that clocks that run apart cannot turn the sign.
    private static func side(_ windows: [Window]) -> CapturePoint? {
        let differences = windows.compactMap { window -> Double? in
            guard let caller = window.least[.caller], let callerMost = window.most[.caller],
                let callee = window.least[.callee], let calleeMost = window.most[.callee]
            else { return nil }
            return (caller.late + callerMost.late - callee.late - calleeMost.late) / 2
        }.sorted()
        guard !differences.isEmpty else { return nil }
        let middle = differences[differences.count / 2]
        guard middle.magnitude > noise else { return nil }
        return middle > 0 ? .a : .b
    }

    /// Routers between the places lower the hop count.
    private static func side(byHops samples: [Sample]) -> CapturePoint? {
        var balance = 0
        for sample in samples where sample.ttl.a != sample.ttl.b {
            guard let party = sample.party else { continue }
            let isFromA = sample.ttl.a > sample.ttl.b
            balance += isFromA == (party == .caller) ? 1 : -1
        }
        return balance == 0 ? nil : balance > 0 ? .a : .b
    }

    // MARK: - The line

    private mutating func fit(_ windows: [Window], _ span: Double) {
        var rows: [(party: Party, points: [ClockPoint])] = []
        for party in Party.allCases {
            let goesFromA = (party == .caller) == (callerSide ?? .a == .a)
            let points = windows.compactMap { goesFromA ? $0.least[party] : $0.most[party] }
            if !points.isEmpty { rows.append((party, points)) }
        }
        var line = ClockLine(rows.map(\.points))
        let kept = rows.map { row in (party: row.party, points: line.withoutOutliers(row.points, of: rows.count)) }
        line = ClockLine(kept.map(\.points))
        if span >= Self.skewSpan, let slope = line.slope, let error = line.slopeError {
            skewPPM = slope * 1e6
            skewUncertaintyPPM = 1.96 * error * 1e6
            if slope.magnitude > 2 * error { self.slope = slope }
        }
        let levels = kept.map { row in (party: row.party, late: ClockLine.level(row.points, slope: self.slope)) }
        guard levels.count == 2 else {
            setOffset(levels.first?.late ?? 0, line.spread)
            return
        }
        if callerSide == nil {
            setOffset((levels[0].late + levels[1].late) / 2, (levels[0].late - levels[1].late).magnitude + line.spread)
            return
        }
        let there = levels[0].party == .caller ? levels[0].late : levels[1].late
        let back = levels[0].party == .caller ? levels[1].late : levels[0].late
        let sum = max(0, callerSide == .a ? there - back : back - there)
        roundTrip = .nanoseconds(Int64(clamping: sum * 1e9))
        setOffset((there + back) / 2, sum / 2 + line.spread)
    }

    private mutating func setOffset(_ late: Double, _ uncertainty: Double) {
        let (sum, overflow) = base.addingReportingOverflow(Int64(clamping: late * 1e9))
        offset = .nanoseconds(overflow ? base : sum)
        self.uncertainty = .nanoseconds(Int64(clamping: uncertainty * 1e9))
    }

    // MARK: - Asking it

    /// When something of A's clock is on B's.
    public func onB(_ time: Instant) -> Instant {
        time + offset + .nanoseconds(Int64(clamping: (time - reference).inSeconds * slope * 1e9))
    }

    /// When something of B's clock is on A's.
    public func onA(_ time: Instant) -> Instant {
        let roughly = time - offset
        return roughly - .nanoseconds(Int64(clamping: (roughly - reference).inSeconds * slope * 1e9))
    }

    /// Seconds that a packet came later at B than at A on one clock; negative: earlier.
    func residual(_ a: Instant, _ b: Instant) -> Double { (b - onB(a)).inSeconds }
}
