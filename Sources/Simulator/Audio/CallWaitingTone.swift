/// The tone by which an exchange tells a line in use of another call: bursts over what is on the line (ITU-T E.180; national
/// values in its Supplement 2, such as 440 Hz for 0.3 s every 10 s).
public struct CallWaitingTone: Sendable {
    public var hz: Double
    public var dBm0: Double
    /// Length of a burst and time from one to the next, in seconds.
    public var length: Double
    public var period: Double
    /// The line is cut while the tone sounds, as exchanges do that switch the tone in; else it is added.
    public var mutes: Bool

    public init(hz: Double = 440, dBm0: Double = -13, length: Double = 0.3, period: Double = 10, mutes: Bool = true) {
        self.hz = hz
        self.dBm0 = dBm0
        self.length = length
        self.period = period
        self.mutes = mutes
    }

    /// The line with bursts from a sample on.
    public func apply(_ line: [Int16], from first: Int) -> [Int16] {
        var line = line
        let tone = ToneMaker(hz: [hz], dBm0: dBm0).samples(seconds: length)
        let step = max(tone.count, Int(period * 8_000))
        for start in stride(from: max(0, first), to: line.count, by: max(1, step)) {
            for (place, sample) in zip(start..<line.count, tone) {
                line[place] = mutes ? sample : Int16(clamping: Int(line[place]) + Int(sample))
            }
        }
        return line
    }
}
