// Memory for each idle session: a node in this process, its neighbours in a child, so that only the node is counted.
//
//     idle_sessions [SESSIONS]

#include <gnutella/gnutella.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

namespace {

void allow_many_descriptors() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t resident_bytes() {
    std::size_t total = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// The neighbours: each connects, greets, and then says nothing. They stay until their input ends.
[[noreturn]] void be_the_neighbours(int sessions, int port_pipe) {
    std::uint16_t port = 0;
    if (read(port_pipe, &port, sizeof port) != sizeof port) {
        _exit(1);
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int made = 0; made < sessions; ++made) {
        const int neighbour = socket(AF_INET, SOCK_STREAM, 0);
        const std::string greeting = R"({"type":"PING","host":"127.0.0.1","port":1,"id":")" +
                                     gnutella::Guid::random().to_string() + R"(","v":1,"agent":"idle","peer":")" +
                                     gnutella::Guid::random().to_string() + "\"}\n";
        if (neighbour < 0 || connect(neighbour, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 ||
            send(neighbour, greeting.data(), greeting.size(), 0) != static_cast<ssize_t>(greeting.size())) {
            std::perror("neighbour");
            _exit(1);
        }
    }
    char ignored = 0;
    while (read(port_pipe, &ignored, 1) > 0) {
    }
    _exit(0);
}

}  // namespace

int main(int argc, char* argv[]) {
    const int sessions = argc > 1 ? std::atoi(argv[1]) : 5'000;
    allow_many_descriptors();
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) {
        return 1;
    }
    const pid_t neighbours = fork();
    if (neighbours == 0) {
        close(pipe_ends[1]);
        be_the_neighbours(sessions, pipe_ends[0]);
    }
    close(pipe_ends[0]);

    boost::asio::io_context context(1);
    gnutella::Settings settings;
    settings.port = 0;
    settings.address = "127.0.0.1";
    settings.first_bytes_timeout = std::chrono::minutes(5);
    settings.ping_interval = std::chrono::minutes(30);
    gnutella::Peer peer(context.get_executor(), settings);
    std::size_t before = 0;
    int open = 0;
    const auto subscription = peer.subscribe([&](const gnutella::Event& event) {
        open += std::holds_alternative<gnutella::SessionOpened>(event) ? 1 : 0;
        if (open == sessions) {
            context.stop();
        }
    });
    peer.async_start([&](gnutella::error_code error) {
        const std::uint16_t port = peer.local_endpoint().port;
        before = resident_bytes();
        if (error || write(pipe_ends[1], &port, sizeof port) != sizeof port) {
            context.stop();
        }
    });
    context.run();
    const std::size_t after = resident_bytes();
    close(pipe_ends[1]);
    waitpid(neighbours, nullptr, 0);
    if (open != sessions) {
        std::cerr << "idle_sessions: only " << open << " of " << sessions << " sessions opened\n";
        return 1;
    }
    const double each = static_cast<double>(after - before) / sessions;
    std::printf("%d idle sessions, %.1f KiB of resident memory each\n", sessions, each / 1024);
    return each < 16 * 1024 ? 0 : 1;
}
