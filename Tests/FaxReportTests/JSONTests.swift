import FaxCore
import Foundation
import Testing

@testable import FaxReport

@Suite struct JSONTests {
    @Test(arguments: [
        (1_795_231_955_325_123_000, "1795231955.325123"), (1_795_231_955_325_123_001, "1795231955.325123001"),
        (0, "0.000000"), (-1_500_000_000, "-1.500000"), (5, "0.000000005"), (Int64.min, "-9223372036.854775808"),
    ])
    func timesKeepTheirDigits(nanoseconds: Int64, text: String) {
        #expect(Decimals.seconds(nanoseconds) == text)
    }

    @Test(arguments: [(0.05, 1, "0.1"), (-2.345, 2, "-2.35"), (12, 0, "12"), (1e300, 3, nil), (.nan, 1, nil)])
    func measuresAreRounded(value: Double, digits: Int, text: String?) {
        #expect(Decimals.text(value, digits: digits) == text)
    }

    @Test(arguments: [JSONWriter.Style.line, .indented])
    func whatIsWrittenIsReadByAnotherReader(style: JSONWriter.Style) throws {
        let nasty = "\"\\ \u{0}\u{1F}\u{7F}\u{9B}\u{2028}\u{202E}é😀/\n\t"
        let value = JSONValue.object([
            .init(nasty, .string(nasty)), .init("list", .array([.null, .bool(true), .integer(-7), .decimal("1.500")])),
            .init("empty", .object([])), .init("long", .array((0..<60).map { .integer($0) })),
        ])
        let text = JSONWriter.text(value, style: style)
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) || $0 == "\n" })
        let read = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(read[nasty] as? String == nasty)
        #expect((read["list"] as? [Any])?.count == 4)
        #expect((read["long"] as? [Int]) == Array(0..<60))
        if style == .line { #expect(!text.contains("\n")) }
    }
}
