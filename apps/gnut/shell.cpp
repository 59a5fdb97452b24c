#include "shell.hpp"

#include "amounts.hpp"
#include "complaint.hpp"
#include "describe.hpp"
#include "file_search.hpp"
#include "opening.hpp"
#include "option_values.hpp"
#include "printable.hpp"
#include "shell_words.hpp"
#include "trimmed.hpp"
#include "usage_error.hpp"
#include "user_folders.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace gnut {

namespace {

constexpr std::chrono::milliseconds search_time{5'000};
constexpr std::uintmax_t longest_text_shown = 64 * 1024;

/// A file's content, when it is a text that may be printed as it is and is not too long for that.
std::optional<std::string> short_text(const gnutella::DownloadedFile& file) {
    if (file.bytes > longest_text_shown) {
        return std::nullopt;
    }
    std::ifstream stream(file.path, std::ios::binary);
    std::string content(std::istreambuf_iterator<char>(stream), {});
    if (!stream || !is_plain_text(content)) {
        return std::nullopt;
    }
    return content;
}

}  // namespace

awaitable<void> Shell::execute(std::string line) {
    const std::string text = trimmed(line);
    const std::size_t end = text.find_first_of(" \t");
    const std::string command = text.substr(0, end);
    std::string argument = end == std::string::npos ? "" : trimmed(std::string_view(text).substr(end));
    if (command == "search") {
        co_await search(std::move(argument));
    } else if (command == "get") {
        co_await get(std::move(argument));
    } else if (command == "peers") {
        co_await list_peers();
    } else if (command == "connect") {
        co_await connect(std::move(argument));
    } else if (command == "share") {
        co_await share(std::move(argument));
    } else if (command == "files") {
        co_await list_files();
    } else if (command == "downloads") {
        list_downloads();
    } else if (command == "pause" || command == "resume" || command == "cancel") {
        change_download(command, argument);
    } else if (command == "stats") {
        co_await show_statistics();
    } else if (command == "help") {
        help();
    } else if (command == "quit") {
        quit_();
    } else if (!command.empty()) {
        console_.complain('\'' + printable(command) + "' is no command; `help` lists those that are");
    }
}

awaitable<void> Shell::fetch_and_show(std::string name) {
    if (!co_await has_neighbours()) {
        co_return;
    }
    const SearchResult found = co_await search_for_file(peer_, Target(name), search_time);
    if (found.error) {
        console_.complain(found.error.message());
        co_return;
    }
    search_for_sources_ = found.query;
    // The first hit decides which file it is; the others that have it too are sources.
    std::vector<FoundFile> offers;
    for (const auto& hit : found.hits) {
        offers.push_back({hit.name, hit.size, hit.urn, {hit}});
    }
    const auto exact = std::ranges::find(offers, name, &FoundFile::name);
    if (exact == offers.end()) {
        console_.answer("Timeout: within " + format_duration(search_time) + " nobody said they have \"" +
                        printable(name) + "\"; it seems that the file does not exist.");
        co_return;
    }
    FoundFile file = with_all_sources(offers, static_cast<std::size_t>(exact - offers.begin()));
    std::string its_own;
    const auto arrived = co_await fetch(std::move(file), std::move(its_own));
    if (!arrived) {
        co_return;
    }
    if (const auto text = short_text(*arrived)) {
        console_.answer("Content of " + printable(name) + ":\n" + *text);
    }
}

awaitable<void> Shell::search(std::string words) {
    if (words.empty()) {
        console_.complain("there is nothing to search for; write search WORDS");
        co_return;
    }
    if (!co_await has_neighbours()) {
        co_return;
    }
    begin_list();
    const std::uint64_t list = list_number_;
    gnutella::Query query = peer_.query(words);
    search_ = query;
    while (true) {
        const auto [error, hit] = co_await query.async_next(as_result);
        if (list != list_number_) {
            co_return;  // another command has taken over the list
        }
        if (error) {
            console_.complain(error.message());
            co_return;
        }
        if (!hit) {
            break;
        }
        listed_.push_back({hit->name, hit->size, hit->urn, {*hit}});
        console_.answer(describe(listed_.size(), *hit));
    }
    if (listed_.empty()) {
        console_.answer("Nobody said they have \"" + printable(words) + "\"; try fewer words.");
    } else {
        console_.answer(format_count(listed_.size(), "hit") + "; `get NUMBER` fetches one.");
    }
}

void Shell::begin_list() {
    if (search_) {
        search_->cancel();
        search_.reset();
    }
    listed_.clear();
    ++list_number_;
}

awaitable<void> Shell::get(std::string what) {
    std::optional<FoundFile> file;
    std::string name;
    if (const auto number = pick(listed_, what)) {
        file = with_all_sources(listed_, *number);
    } else if (all_digits(what) && !listed_.empty()) {
        console_.complain("there is no number " + what + " in the list; it ends at " + std::to_string(listed_.size()));
        co_return;
    } else {
        Target target;
        try {
            target = parse_target(what);
        } catch (const UsageError& error) {
            console_.complain(error.what());
            co_return;
        }
        name = file_name_of(target);
        file = co_await find(std::move(target));
    }
    if (file) {
        co_await fetch(*std::move(file), std::move(name));
    }
}

awaitable<std::optional<FoundFile>> Shell::find(Target target) {
    std::vector<gnutella::Hit> hits;
    if (const auto* magnet = std::get_if<gnutella::Magnet>(&target)) {
        hits = hits_of(*magnet);
        if (hits.empty()) {
            co_await join_peers_of(*magnet);
        }
    }
    if (!hits.empty()) {
        search_for_sources_ = begin_search(peer_, target, search_time);  // those of a link may be gone
    } else {
        if (!co_await has_neighbours()) {
            co_return std::nullopt;
        }
        SearchResult result = co_await search_for_file(peer_, target, search_time);
        if (result.error) {
            console_.complain(result.error.message());
            co_return std::nullopt;
        }
        hits = std::move(result.hits);
        search_for_sources_ = std::move(result.query);
    }
    std::vector<FoundFile> files = matching_files(hits, target);
    if (files.size() == 1) {
        co_return files.front();
    }
    if (files.empty()) {
        const bool by_name = std::holds_alternative<std::string>(target);
        console_.answer("Nobody said they have " + describe(target) +
                        (by_name ? "; try fewer words, or another name." : "; connect to more peers, or try later."));
        co_return std::nullopt;
    }
    begin_list();
    listed_ = std::move(files);
    for (std::size_t index = 0; index < listed_.size(); ++index) {
        console_.answer(describe(index + 1, listed_[index]));
    }
    console_.answer("Several files match " + describe(target) + "; `get NUMBER` fetches one.");
    co_return std::nullopt;
}

awaitable<void> Shell::join_peers_of(gnutella::Magnet magnet) {
    if (auto peers = peers_of(magnet); !peers.empty()) {
        const Complain complain = [this](std::string_view sentence) { console_.complain(sentence); };
        const Patience library_has_its_own;
        co_await open_sessions(peer_, std::move(peers), library_has_its_own, complain);
    }
}

awaitable<std::optional<gnutella::DownloadedFile>> Shell::fetch(FoundFile file, std::string name) {
    gnutella::DownloadRequest request;
    request.sources = file.sources;
    request.folder = downloads_;
    request.name = std::move(name);
    request.lifetime = gnutella::DownloadRequest::Lifetime::durable;
    const gnutella::Download download = peer_.download(std::move(request));
    join_later(peer_, std::exchange(search_for_sources_, {}), download, file.urn);
    co_return co_await tell_end(download);
}

awaitable<void> Shell::connect(std::string where) {
    gnutella::Endpoint endpoint;
    try {
        endpoint = parse_peer(where);
    } catch (const UsageError& error) {
        console_.complain(error.what());
        co_return;
    }
    const auto [error, session] = co_await peer_.async_connect(endpoint, as_result);
    if (error) {  // that it is open is news, and told as such
        console_.complain(complaint_about(endpoint.to_string(), error));
    }
}

awaitable<void> Shell::share(std::string folder) {
    if (folder.empty()) {
        console_.complain("there is nothing to share; write share DIR");
        co_return;
    }
    const auto path = folder_from(folder, user_folders().home);
    const auto [error] = co_await peer_.async_share(path, as_result);
    if (error) {  // what it holds is news once it is read
        console_.complain(complaint_about(folder, error));
    }
}

awaitable<void> Shell::list_peers() {
    const auto [error, status] = co_await peer_.async_status(as_result);
    if (error) {
        console_.complain(error.message());
        co_return;
    }
    for (const auto& session : status.sessions) {
        console_.answer(describe(session));
    }
    console_.answer(format_count(status.sessions.size(), "neighbour"));
}

awaitable<void> Shell::list_files() {
    const auto [error, files] = co_await peer_.async_files(as_result);
    if (error) {
        console_.complain(error.message());
        co_return;
    }
    std::uint64_t bytes = 0;
    for (const auto& file : files) {
        bytes += file.size;
        console_.answer(describe(file));
    }
    console_.answer(format_count(files.size(), "file") + ", " + format_bytes(bytes));
}

void Shell::list_downloads() {
    const auto downloads = peer_.downloads();
    for (const auto& download : downloads) {
        console_.answer(describe(download.progress()));
    }
    console_.answer(format_count(downloads.size(), "download"));
}

void Shell::change_download(std::string_view command, std::string_view number) {
    auto downloads = peer_.downloads();
    const auto found = std::ranges::find_if(
        downloads, [number](const auto& download) { return std::to_string(download.id()) == number; });
    if (found == downloads.end()) {
        console_.complain("there is no download of number '" + printable(number) +
                          "'; `downloads` lists those that are under way");
        return;
    }
    const std::string name = printable(found->progress().name);
    if (command == "pause") {
        found->pause();
        console_.answer("paused " + name);
    } else if (command == "resume") {
        found->resume();
        console_.answer("going on with " + name);
    } else {
        found->cancel();  // who waits for it tells
    }
}

std::size_t Shell::follow_remembered_downloads() {
    const auto downloads = peer_.downloads();
    for (const auto& download : downloads) {
        boost::asio::co_spawn(peer_.executor(), tell_end(download), boost::asio::detached);
    }
    return downloads.size();
}

awaitable<std::optional<gnutella::DownloadedFile>> Shell::tell_end(gnutella::Download download) {
    const bool tells = followed_.insert(download.id()).second;
    if (!tells) {
        console_.answer(printable(download.progress().name) + " is being fetched already; `downloads` shows it");
    }
    auto [error, arrived] = co_await download.async_wait(as_result);
    if (tells) {
        followed_.erase(download.id());
    }
    arrived.path = arrived.path.lexically_normal();
    if (tells && error != gnutella::Error::stopped) {  // then the node leaves; it goes on with it the next time
        tell(download.progress(), error, arrived);
    }
    co_return error ? std::nullopt : std::optional(std::move(arrived));
}

void Shell::tell(const gnutella::DownloadProgress& progress, const gnutella::error_code& error,
                 const gnutella::DownloadedFile& arrived) {
    if (!error) {
        console_.answer(describe_saved(arrived));
    } else if (error == boost::asio::error::operation_aborted) {
        console_.answer("cancelled " + printable(progress.name) + "; what has come of it is kept for a later get");
    } else {
        console_.complain(
            complaint_about_download(progress.name, error, progress.received > 0 ? Kept::on_disk : Kept::nowhere));
    }
}

awaitable<void> Shell::show_statistics() {
    const auto [error, status] = co_await peer_.async_status(as_result);
    if (error) {
        console_.complain(error.message());
        co_return;
    }
    std::string text = format_count(status.sessions.size(), "neighbour") + ", sharing " +
                       format_count(status.files, "file") + ", " + format_bytes(status.bytes);
    gnutella::for_each_counter(status.counters, [&text](std::string_view name, std::uint64_t value) {
        if (value != 0) {
            text += '\n' + std::string(name) + ' ' + std::to_string(value);
        }
    });
    console_.answer(text);
}

void Shell::help() {
    std::string text;
    for (const ShellWord& word : shell_words) {
        std::string usage = std::string(word.name) + ' ' + std::string(word.arguments);
        usage.resize(std::max<std::size_t>(usage.size(), 24), ' ');
        text += usage + "  " + std::string(word.meaning) + '\n';
    }
    console_.answer(text + "Ctrl+Z                    ask for a file by its exact name, and show it");
}

awaitable<bool> Shell::has_neighbours() {
    const auto [error, status] = co_await peer_.async_status(as_result);
    if (error) {
        console_.complain(error.message());
    } else if (status.sessions.empty()) {
        console_.complain("there is no neighbour to ask; open a session with connect HOST:PORT");
    }
    co_return !error && !status.sessions.empty();
}

}  // namespace gnut
