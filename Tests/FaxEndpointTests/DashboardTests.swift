import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import Testing

@testable import FaxEndpoint

/// What the terminal shows, as text.
@Suite struct DashboardTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)
    private static let peer = Endpoint(IPAddress(v4: 0x7F00_0001), 5_070)

    private static func event(_ second: Double, _ call: Int?, _ kind: EndpointEvent.Kind) -> EndpointEvent {
        EndpointEvent(time: start + .seconds(second), call: call, kind: kind)
    }

    private static func progress(octets: Int) -> CallProgress {
        var fax = FaxProgress()
        fax.phase = .c
        fax.isSending = true
        fax.pagesInAll = 20
        fax.pagesDone = 3
        fax.octets = octets
        fax.octetsInAll = 17_265
        fax.rateBps = 14_400
        fax.modem = "V.17 14400"
        fax.coding = "MMR"
        fax.hasECM = true
        var t38 = FaxCarriage.T38()
        t38.received = 1_312
        t38.lost = 5
        t38.repaired = 4
        t38.remoteDepth = 3
        t38.correction = .redundancy(UDPTLSender.Depths(all: 3))
        var carriage = FaxCarriage()
        carriage.t38 = t38
        return CallProgress(media: .t38, fax: fax, carriage: carriage)
    }

    private static func one() -> Dashboard {
        var dashboard = Dashboard(title: "faxprobe send")
        dashboard.take(event(0, nil, .listening([SIPPath(.udp, peer)])))
        dashboard.take(event(0, 1, .began(uri: "sip:200@192.0.2.1", peer: peer, isIncoming: false)))
        dashboard.take(event(1, 1, .call(.answered)))
        dashboard.take(event(1.5, 1, .call(.mediaBegan(.t38))))
        dashboard.take(event(20, 1, .progress(progress(octets: 9_012))))
        return dashboard
    }

    private static func text(_ dashboard: Dashboard, _ columns: Int, _ rows: Int, at second: Double = 62) -> String {
        dashboard.lines(columns: columns, rows: rows, now: start + .seconds(second)).map(\.text).joined(separator: "\n")
    }

    @Test func oneCall() {
        let expected = """
            faxprobe send  udp:127.0.0.1:5070                                          01:02
            call    to sip:200@192.0.2.1, up, 01:02
            carried T.38, sending
            phase   C  page
            modem   V.17 14400 bit/s, ECM, MMR
            page    4 of 20  [##########..........]  52 %  9,012 of 17,265 octets
            in      1312 packets, 5 lost: 4 repaired, 1 for good; redundancy 3
            out     redundancy 3,3,3

            listening on udp:127.0.0.1:5070
            call 1: calling sip:200@192.0.2.1 at 127.0.0.1:5070
            call 1: answered
            call 1: T.38
            """
        #expect(Self.text(Self.one(), 80, 24) == expected)
    }

    /// Audio: the jitter buffer in place of redundancy, rows where they are known.
    @Test func oneCallInAudio() {
        var dashboard = Self.one()
        var progress = Self.progress(octets: 4_000)
        progress.media = .audio
        progress.fax.isSending = false
        (progress.fax.octetsInAll, progress.fax.pagesInAll, progress.fax.rows) = (nil, nil, 512)
        progress.carriage = FaxCarriage()
        var audio = FaxCarriage.Audio()
        (audio.received, audio.late, audio.delay, audio.jitter) = (2_000, 2, .milliseconds(60), .milliseconds(3))
        progress.carriage.audio = audio
        dashboard.take(Self.event(30, 1, .progress(progress)))
        let lines = Self.text(dashboard, 80, 24).split(separator: "\n").map(String.init)
        #expect(lines.contains("carried G.711, receiving"))
        #expect(lines.contains("page    4  4,000 octets, 512 rows"))
        #expect(lines.contains("in      2000 packets, 0 lost, 2 late"))
        #expect(lines.contains("buffer  60 ms, jitter 3 ms, 0 underruns, 0 slips"))
    }

    private static func many(_ count: Int) -> Dashboard {
        var dashboard = Dashboard(title: "faxprobe receive")
        for number in 1...count {
            let second = Double(number)
            dashboard.take(
                event(second, number, .began(uri: "sip:\(1_000 + number)@pbx", peer: peer, isIncoming: true)))
            dashboard.take(event(second + 1, number, .call(.answered)))
            dashboard.take(event(second + 2, number, .progress(progress(octets: 1_000 * number))))
        }
        return dashboard
    }

    @Test func manyCalls() {
        let expected = """
            faxprobe receive  3 of 3 calls, 0 confirmed, 0 failed, 0 pages                         01:01
                # party                      state          by     rate    page  done  lost    time
                1 sip:1001@pbx               page           T.38  14400    3/20   5 %     5   01:01
                2 sip:1002@pbx               page           T.38  14400    3/20  11 %     5   01:00
                3 sip:1003@pbx               page           T.38  14400    3/20  17 %     5   00:59
            """
        #expect(Self.text(Self.many(3), 92, 5) == expected)
    }

    /// No window is too small, none is overrun, and what does not fit is counted.
    @Test(arguments: [1, 2, 5, 10, 24, 60], [1, 10, 80, 200]) func windowsOfAnySize(rows: Int, columns: Int) {
        for dashboard in [Dashboard(title: "faxprobe"), Self.one(), Self.many(40)] {
            let lines = dashboard.lines(columns: columns, rows: rows, now: Self.start)
            #expect(lines.count <= rows)
            #expect(lines.allSatisfy { $0.text.count <= columns })
        }
        let lines = Self.many(40).lines(columns: 100, rows: 10, now: Self.start + .seconds(60))
        #expect(lines.last?.text == "… 33 more")
        #expect(Self.many(40).lines(columns: 0, rows: 0, now: Self.start).isEmpty)
    }

    /// What a caller writes into its From does nothing to the terminal.
    @Test func hostileNames() {
        var dashboard = Dashboard(title: "faxprobe")
        dashboard.take(
            Self.event(0, 1, .began(uri: "sip:\u{1B}[2J\u{07}evil\n@x", peer: Self.peer, isIncoming: true)))
        let text = Self.text(dashboard, 80, 24)
        #expect(text.contains("evil"))
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F })
        #expect(!text.contains("evil\n@"))
    }

    @Test func onlyTonesHaveColours() {
        #expect(DashboardLine("a", .bad).coloured == "\u{1B}[31ma\u{1B}[0m")
        #expect(DashboardLine("a").coloured == "a")
    }
}
