import Foundation

/// A queue folder of HylaFAX's own for one modem: everything that its programs read and write, so that an installation on the
/// same machine is not touched. A copy of `/var/spool/hylafax` and `/etc/hylafax` as Debian ships them, with settings of ours.
struct HylaFAXSpool {
    let folder: URL
    /// The name of the modem in names of files: `pts_3` for `/dev/pts/3`.
    let modem: String

    static let settings = [
        "CountryCode: 1", "AreaCode: 555", "LongDistancePrefix: 1", "InternationalPrefix: 011",
        "DialStringRules: etc/dialrules", "ServerTracing: 0xFFF", "SessionTracing: 0xFFFF", "MaxDials: 1",
        "MaxTries: 1",
    ]

    /// Who may hand in jobs: anyone who reaches the port, which listens on this machine alone; `guarded` with the password `secret`,
    /// who has the administrative privileges of `adminkey` (hosts.hfaxd(5), crypt(3)).
    private static let hosts = ["^guarded@.*$:22:abNANd1rDfiNc:cdjfGJCcuX1Ww", ".*:21::"]

    /// - Parameter device: `/dev/pts/3`.
    init(for device: String, in folder: URL) throws {
        self.folder = folder.appending(path: "spool")
        modem = device.replacing("/dev/", with: "").replacing("/", with: "_")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (source, target) in [("/var/spool/hylafax", self.folder.path), ("/etc/hylafax/.", path("etc"))] {
            let copy = try ChildProgram("/bin/cp", ["-a", source, target], folder: folder, log: "copy.log")
            guard copy.wait(within: .seconds(90)) == 0 else {
                throw Failure(description: "no spool for HylaFAX: \(copy.output())")
            }
        }
        try write()
    }

    struct Failure: Error, CustomStringConvertible { let description: String }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    private func write() throws {
        try FileManager.default.createDirectory(atPath: path("locks"), withIntermediateDirectories: true)
        let locks = "UUCPLockDir: \(path("locks"))"
        try put(Self.hosts, "etc/hosts.hfaxd")
        // Debian's `faxsend` is a script that mounts the installation's own settings first.
        try put(Self.settings + [locks, "SendFaxCmd: /usr/lib/hylafax/bin/faxsend"], "etc/config")
        let class1 = try String(contentsOfFile: path("config/class1"), encoding: .utf8)
        let own = [
            "FAXNumber: +1.555.555.0100", "LocalIdentifier: \"+1 555 0100\"", "RingsBeforeAnswer: 1",
            "RecvFileMode: 0644", "DeviceMode: 0600", "MaxRecvPages: 100", "CIDNumber: NMBR=", "CIDName: NAME=",
            "FaxRcvdCmd: /bin/true", "NotifyCmd: /bin/true", "TagLineFont: none", locks,
        ]
        try put(Self.settings + own + [class1], "etc/config.\(modem)")
        // The programs work as the user uucp.
        for name in ["", "locks", "etc/hosts.hfaxd"] {
            let status = chmod(path(name), name == "etc/hosts.hfaxd" ? 0o600 : 0o755)
            guard status == 0, chown(path(name), Self.user, Self.user) == 0 else {
                throw Failure(description: "HylaFAX's programs work as uucp: run as root to give them \(path(name))")
            }
        }
    }

    /// Debian's number of uucp.
    private static let user: uid_t = 10

    private func put(_ lines: [String], _ name: String) throws {
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: folder.appending(path: name))
    }

    func files(in name: String, prefix: String) -> [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path(name))) ?? []
        return names.filter { $0.hasPrefix(prefix) }.sorted().map { folder.appending(path: name).appending(path: $0) }
    }

    /// The logs of its sessions.
    var story: String {
        files(in: "log", prefix: "c").map { (try? String(contentsOf: $0, encoding: .isoLatin1)) ?? "" }.joined()
    }
}
