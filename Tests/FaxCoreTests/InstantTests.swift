import FaxCore
import Testing

@Suite struct InstantTests {
    struct Row: Sendable {
        var duration: Duration
        var nanoseconds: Int64

        init(_ duration: Duration, _ nanoseconds: Int64) { (self.duration, self.nanoseconds) = (duration, nanoseconds) }
    }

    /// 2⁶³ attoseconds are a little more than 9.2 s: on both sides of it, of zero, and of what 64 bits hold.
    @Test(arguments: [
        Row(.zero, 0), Row(.nanoseconds(1), 1), Row(.nanoseconds(-1), -1), Row(.milliseconds(60), 60_000_000),
        Row(Duration(secondsComponent: 0, attosecondsComponent: 1_999_999_999), 1),
        Row(Duration(secondsComponent: 0, attosecondsComponent: -1_999_999_999), -1),
        Row(.nanoseconds(9_223_372_036), 9_223_372_036), Row(.nanoseconds(9_223_372_037), 9_223_372_037),
        Row(.nanoseconds(-9_223_372_036), -9_223_372_036), Row(.nanoseconds(-9_223_372_037), -9_223_372_037),
        Row(Duration(secondsComponent: 10, attosecondsComponent: 1_999_999_999), 10_000_000_001),
        Row(.seconds(60), 60_000_000_000), Row(.seconds(9_223_372_036), 9_223_372_036_000_000_000),
        Row(.seconds(9_223_372_037), .max), Row(.seconds(-9_223_372_037), .min),
    ])
    func `Durations are whole nanoseconds, cut towards zero and bounded`(_ row: Row) {
        #expect(row.duration.wholeNanoseconds == row.nanoseconds)
    }

    @Test func `Times saturate`() {
        #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
        #expect(Instant(nanoseconds: .min) - .seconds(1) == Instant(nanoseconds: .min))
        #expect(Instant(nanoseconds: 5) + .nanoseconds(-7) == Instant(nanoseconds: -2))
    }
}
