import FaxReport
import Testing

@Suite struct CurveChartTests {
    private static func chart(series: Int = 2) -> CurveChart {
        let points: [CurveChart.Point?] = [
            CurveChart.Point(share: 1, interval: 0.9...1), CurveChart.Point(share: 0.25, interval: 0.1...0.4), nil,
        ]
        return CurveChart(
            title: "Calls <delivered>", subtitle: "of 10", steps: ["0", "1", "2"], stepsTitle: "loss, %",
            panels: [
                CurveChart.Panel(
                    title: "one by one",
                    series: (0..<series).map { CurveChart.Series(name: "series \($0)", points: points) })
            ])
    }

    @Test func `Each measured point has its mark, its interval and its title`() throws {
        let read = try #require(SVGReading(Self.chart().svg))
        #expect(read.classes.count { $0 == "bar s0" } == 2)
        #expect(read.titles.contains("series 1, 1: 25 % (10 to 40 %)"))
        #expect(!read.titles.contains { $0.hasPrefix("series 0, 2") })
        #expect(read.texts.contains { $0.text == "Calls <delivered>" })
        #expect(read.images.isEmpty)
    }

    @Test func `More series than colours are left out`() throws {
        let most = CurveChart.seriesLimit
        for (asked, drawn) in [(most, most), (most + 1, most)] {
            let read = try #require(SVGReading(Self.chart(series: asked).svg))
            // In the panel and in the key.
            #expect(read.texts.count { $0.text.hasPrefix("series ") } == drawn)
            #expect(read.classes.count { $0.hasPrefix("bar s") } == drawn * 2)
        }
    }
}
