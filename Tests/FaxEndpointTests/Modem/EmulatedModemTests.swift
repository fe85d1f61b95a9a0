import FaxDSP
import Foundation
import LiveLab
import TestSupport
import Testing

/// That our emulated Class 2 modems say what fax software of others expects: efax (Debian's package) sends through them. Without
/// it these tests fail.
@Suite(.live) struct EmulatedModemTests {
    private static func script(_ isFinal: Bool) -> EmulatedClassTwoModem.Script {
        var script = EmulatedClassTwoModem.Script()
        script.isFinal = isFinal
        script.trigger = isFinal ? 0x12 : 0x11
        return script
    }

    @Test(arguments: [false, true]) func efaxSendsThroughIt(isFinal: Bool) async throws {
        try await EndpointCommandTests.withFolder { folder in
            let modem = try EmulatedModemPort(Self.script(isFinal))
            defer { modem.end() }
            let pages = ClassTwoCallTests.pages(2)
            let efax = try Efax.send(
                pages, to: "5550100", on: modem.path, in: folder.appending(path: "efax"),
                as: isFinal ? .twoPointZero : .two)
            let isDone = efax.waitForEnd(.seconds(60))
            efax.end()
            let told = "\(efax.story) \(modem.state.commands)"
            #expect(isDone, "\(told)")
            let taken = modem.state.taken
            #expect(taken.count == 2 && taken.allSatisfy { $0.badRows == 0 }, "\(told)")
            for (page, sent) in zip(taken, pages) {
                // It puts white rows above.
                let isBelow = page.bitmap.octets.suffix(sent.octets.count) == sent.octets[...]
                #expect(isBelow, "\(told)")
            }
        }
    }
}
