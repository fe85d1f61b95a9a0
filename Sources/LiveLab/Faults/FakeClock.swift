import Foundation

/// The date as a program sees it: a library is loaded before the others and adds an offset to every answer of the system's date.
/// The steady clock stays as it is. (libfaketime changes the environment before Swift has found its arguments.)
struct FakeClock {
    /// Words before the program.
    let wrapper: [String]
    private let offset: URL

    /// Wants a C compiler, which a Swift toolchain wants, too.
    init(in folder: URL) throws {
        let folder = folder.appending(path: "clock")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (source, library) = (folder.appending(path: "date.c"), folder.appending(path: "date.so"))
        try Data(Self.source.utf8).write(to: source)
        let compiler = try ChildProgram(
            "/usr/bin/cc", ["-shared", "-fPIC", "-O1", "-o", library.path, source.path], folder: folder)
        guard compiler.wait(within: .seconds(60)) == 0 else {
            throw FaxMaterial.Failure(description: "cc: \(compiler.output(last: 500))")
        }
        offset = folder.appending(path: "offset")
        try Data(Self.octets(0)).write(to: offset)
        wrapper = ["/usr/bin/env", "LD_PRELOAD=\(library.path)", "FAXLAB_DATE=\(offset.path)"]
    }

    /// From now on. The program has the file mapped: it is written in its place.
    func jump(by seconds: Int64) throws {
        let file = try FileHandle(forWritingTo: offset)
        try file.write(contentsOf: Data(Self.octets(seconds)))
        try file.close()
    }

    private static func octets(_ seconds: Int64) -> [UInt8] { withUnsafeBytes(of: seconds) { Array($0) } }

    private static let source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stddef.h>
        #include <stdint.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>

        static volatile int64_t *offset;

        __attribute__((constructor)) static void map_offset(void) {
            const char *path = getenv("FAXLAB_DATE");
            int file = path ? open(path, O_RDONLY) : -1;
            if (file < 0) return;
            void *place = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
            if (place != MAP_FAILED) offset = place;
            close(file);
        }

        int clock_gettime(clockid_t clock, struct timespec *when) {
            int status = (int)syscall(SYS_clock_gettime, clock, when);
            if (status == 0 && offset && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) when->tv_sec += *offset;
            return status;
        }

        int gettimeofday(struct timeval *when, void *zone) {
            struct timespec now;
            (void)zone;
            clock_gettime(CLOCK_REALTIME, &now);
            when->tv_sec = now.tv_sec;
            when->tv_usec = now.tv_nsec / 1000;
            return 0;
        }

        time_t time(time_t *when) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            if (when) *when = now.tv_sec;
            return now.tv_sec;
        }
        """
}
