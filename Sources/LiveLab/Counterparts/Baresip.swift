import FaxCore
import Foundation

/// baresip (Debian's `baresip-core`): SIP and RTP by others. It has no fax of its own; it plays a file.
public final class Baresip {
    public let port: UInt16
    private let program: ChildProgram

    /// - Parameters:
    ///   - sound: what it says, as a WAV file of 8,000 samples a second.
    ///   - target: whom it calls; `nil`: it answers the first call at once.
    public init(saying sound: URL, calling target: Endpoint?, folder: URL) throws {
        port = LoopbackPort.free()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let config = """
            sip_listen 127.0.0.1:\(port)
            module_path /usr/lib/baresip/modules
            module g711.so
            module aufile.so
            module_tmp account.so
            module_app menu.so
            audio_source aufile,\(sound.path)
            audio_player aufile,\(folder.path)/heard.wav
            audio_alert aufile,/dev/null
            ausrc_srate 8000
            auplay_srate 8000
            ausrc_channels 1
            auplay_channels 1

            """
        let account =
            "<sip:200@127.0.0.1>;regint=0;audio_codecs=pcmu"
            + (target == nil ? ";answermode=auto" : "") + "\n"
        for (name, text) in [("config", config), ("accounts", account), ("contacts", "")] {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        var arguments = ["-f", folder.path, "-t", "120"]
        if let target { arguments += ["-e", "/dial sip:200@\(target)"] }
        program = try ChildProgram("/usr/bin/baresip", arguments, folder: folder)
        if target == nil { Thread.sleep(forTimeInterval: 1) }
    }

    public var endpoint: Endpoint { Endpoint(LoopbackPort.address, port) }

    public func end() { program.end() }

    public static var version: String { ChildProgram.version("/usr/bin/baresip", ["-h"]) }
}
