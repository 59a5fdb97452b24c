#include "get_command.hpp"

#include "amounts.hpp"
#include "complaint.hpp"
#include "describe.hpp"
#include "destination.hpp"
#include "errand.hpp"
#include "file_search.hpp"
#include "found_file.hpp"
#include "json_lines.hpp"
#include "line_input.hpp"
#include "open_file.hpp"
#include "opening.hpp"
#include "printable.hpp"
#include "progress_bar.hpp"
#include "temporary_folder.hpp"
#include "terminal.hpp"
#include "transfer_settings.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace gnut {

namespace {

/// Hits for what is wanted, or why there are none.
struct Finding {
    std::vector<gnutella::Hit> hits;
    gnutella::Query query;  // see SearchResult
    ExitCode failure = ExitCode::not_found;
};

awaitable<Finding> find_hits(gnutella::Peer& peer, const GetOptions& options) {
    Finding finding;
    std::vector<gnutella::Endpoint> relays = options.peers;
    if (const auto* magnet = std::get_if<gnutella::Magnet>(&options.target)) {
        finding.hits = hits_of(*magnet);
        if (finding.hits.empty()) {  // without the file's size its sources must be asked first
            const auto sources = peers_of(*magnet);
            relays.insert(relays.end(), sources.begin(), sources.end());
        }
    }
    if (relays.empty()) {
        co_return finding;
    }
    const Opened opened = co_await open_sessions(peer, relays, options.patience, to_standard_error);
    if (opened.result != ExitCode::done) {
        finding.failure = opened.result;
        co_return finding;
    }
    const SearchResult result = co_await search_for_file(peer, options.target, options.timeout);
    finding.hits.insert(finding.hits.end(), result.hits.begin(), result.hits.end());
    finding.query = result.query;
    if (!finding.hits.empty()) {
        co_return finding;
    }
    if (result.error) {
        complain(result.error);
        finding.failure = exit_code_of(result.error);
    } else {
        complain("nobody answered within " + format_duration(options.timeout) + " that they have " +
                 describe(options.target) + "; check the name, or try another peer or a longer --timeout");
    }
    co_return finding;
}

/// The one that is wanted of several different files: asked for on a terminal, else nothing.
awaitable<std::optional<FoundFile>> choose(std::vector<FoundFile> files, const Target& target) {
    complain("several files match " + describe(target) + ':');
    for (std::size_t index = 0; index < files.size(); ++index) {
        std::cerr << describe(index + 1, files[index]) << '\n';
    }
    if (!is_terminal(STDIN_FILENO) || !is_terminal(STDERR_FILENO)) {
        const bool all_named = std::ranges::all_of(files, [](const FoundFile& file) { return file.urn.has_value(); });
        complain(std::string("which one? Give its URN in place of the name") +
                 (all_named ? "" : "; one without a URN can be chosen at a terminal, by its number"));
        co_return std::nullopt;
    }
    LineInput input(co_await boost::asio::this_coro::executor);
    while (true) {
        std::cerr << "Which one (its number or URN; nothing: none)? " << std::flush;
        const std::optional<std::string> choice = co_await input.next();
        if (!choice || choice->empty()) {
            co_return std::nullopt;
        }
        if (const auto index = pick(files, *choice)) {
            co_return files[*index];
        }
        std::cerr << "That is none of them.\n";
    }
}

gnutella::DownloadRequest request_for(const FoundFile& file, const Destination& destination, const Target& target) {
    gnutella::DownloadRequest request;
    request.sources = file.sources;
    request.folder = destination.folder;
    request.name = destination.name.empty() ? file_name_of(target) : destination.name;
    if (destination.kind == Destination::Kind::file) {
        request.when_there = gnutella::DownloadRequest::WhenThere::fail;
    }
    return request;
}

void report(const gnutella::DownloadedFile& file, Destination::Kind kind, Format format) {
    const bool kept = kind != Destination::Kind::standard_output;
    std::ostream& stream = kept ? std::cout : std::cerr;  // standard output is the content's
    if (format == Format::json_lines) {
        stream << json_line(file, kept ? Kept::on_disk : Kept::nowhere) << std::endl;
    } else {
        stream << (kept ? describe_saved(file) : describe_arrived(file)) << std::endl;
    }
}

/// @param content the file, opened, when it is to go to standard output.
awaitable<ExitCode> get(gnutella::Peer& peer, const GetOptions& options, Destination destination, OpenFile& content) {
    const Finding finding = co_await find_hits(peer, options);
    std::vector<FoundFile> files = matching_files(finding.hits, options.target);
    if (files.empty()) {
        co_return finding.failure;
    }
    if (files.size() > 1) {
        auto chosen = co_await choose(std::move(files), options.target);
        if (!chosen) {
            co_return ExitCode::wrong_usage;
        }
        files = {*std::move(chosen)};
    }
    const FoundFile& file = files.front();
    std::optional<TemporaryFolder> temporary;
    if (destination.kind == Destination::Kind::standard_output) {
        destination.folder = temporary.emplace().path();
    }

    ProgressBar bar;
    const gnutella::Subscription subscription = peer.subscribe([&bar](const gnutella::Event& event) {
        if (const auto* progress = std::get_if<gnutella::DownloadProgress>(&event)) {
            bar.show(*progress);
        }
    });
    gnutella::Download download = peer.download(request_for(file, destination, options.target));
    join_later(peer, finding.query, download, file.urn);
    auto [error, arrived] = co_await download.async_wait(as_result);
    bar.clear();
    if (!error && temporary) {
        content = OpenFile::open(arrived.path, error);
    }
    if (error) {
        if (error != boost::asio::error::operation_aborted) {
            const bool kept = !temporary && download.progress().received > 0;
            complain(complaint_about_download(destination.name.empty() ? file.name : *options.output, error,
                                              kept ? Kept::on_disk : Kept::nowhere));
        }
        co_return exit_code_of(error);
    }
    arrived.path = arrived.path.lexically_normal();
    report(arrived, destination.kind, options.format);
    co_return ExitCode::done;
}

}  // namespace

ExitCode run_get(const GetOptions& options) {
    const Destination destination = destination_of(options.output);
    if (destination.kind == Destination::Kind::file) {
        if (const auto error = check_free(*options.output)) {  // before anybody is asked
            complain(*options.output, error);
            return ExitCode::failed;
        }
    }
    OpenFile content;
    gnutella::Settings settings = errand_settings(options.dialects, options.patience);
    apply(options.transfers, settings);
    const ExitCode result =
        run_errand([&](gnutella::Peer& peer) { return get(peer, options, destination, content); }, std::move(settings));
    if (result != ExitCode::done || !content) {
        return result;
    }
    // The temporary folder is gone by now, so that Ctrl+C, or a reader that has had enough, leaves nothing behind.
    if (const auto error = content.pour_into(STDOUT_FILENO)) {
        complain("the file cannot be written to standard output (" + error.message() + "); check what that goes to");
        return ExitCode::failed;
    }
    return ExitCode::done;
}

}  // namespace gnut
