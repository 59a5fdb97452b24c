#include "command_line.hpp"

#include "config_file.hpp"
#include "help.hpp"
#include "option_values.hpp"
#include "printable.hpp"
#include "usage_error.hpp"

#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>

#include <gnutella/version.hpp>

namespace gnut {

namespace {

namespace po = boost::program_options;
using Strings = std::vector<std::string>;
using Arguments = std::span<const std::string>;

constexpr const char* positional = "argument";

/// The options and arguments of one command, as they were written.
class Parsed {
  public:
    Parsed(Arguments arguments, const po::options_description& options) {
        po::options_description all;
        all.add(options);
        all.add_options()("help,h", "")(positional, po::value<Strings>());
        po::positional_options_description names;
        names.add(positional, -1);
        // Abbreviated options would break scripts on the day that another option begins the same.
        const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        po::store(po::command_line_parser(Strings(arguments.begin(), arguments.end()))
                      .options(all)
                      .positional(names)
                      .style(style)
                      .run(),
                  values_);
    }

    bool has(const char* option) const { return values_.count(option) != 0; }
    bool switched_on(const char* option) const { return has(option) && values_[option].as<bool>(); }
    std::string text(const char* option) const { return values_[option].as<std::string>(); }
    Strings texts(const char* option) const { return has(option) ? values_[option].as<Strings>() : Strings{}; }
    Strings arguments() const { return texts(positional); }
    Format format() const { return switched_on("json") ? Format::json_lines : Format::text; }

  private:
    po::variables_map values_;
};

std::filesystem::path folder(std::string_view text, const char* option) {
    if (text.empty()) {
        throw UsageError(std::string(option) + ": the folder's name is empty");
    }
    return text;
}

void add_transfer_options(po::options_description& known) {
    known.add_options()("download-limit", po::value<std::string>())("transport", po::value<std::string>());
}

template <class Options>
void read_dialect(Options& options, const Parsed& parsed, const ConfigFile& config) {
    options.dialects =
        parsed.has("dialect") ? parse_dialects(parsed.text("dialect")) : config.dialects.value_or(options.dialects);
}

void read_transfer_options(TransferOptions& options, const Parsed& parsed, const ConfigFile& config) {
    options.upload_limit = parsed.has("upload-limit") ? parse_rate(parsed.text("upload-limit"))
                                                      : config.upload_limit.value_or(options.upload_limit);
    options.download_limit = parsed.has("download-limit") ? parse_rate(parsed.text("download-limit"))
                                                          : config.download_limit.value_or(options.download_limit);
    options.transports = parsed.has("transport") ? parse_transports(parsed.text("transport"))
                                                 : config.transports.value_or(options.transports);
}

Command parse_peer_command(Arguments arguments, const UserFolders& folders) {
    po::options_description known;
    known.add_options()("share", po::value<Strings>())("downloads", po::value<std::string>())(
        "state", po::value<std::string>())("upload-limit", po::value<std::string>())(
        "dialect", po::value<std::string>())("role", po::value<std::string>())("verbose", po::bool_switch());
    add_transfer_options(known);
    const Parsed parsed(arguments, known);
    if (parsed.has("help")) {
        return TextWanted{help_for("peer")};
    }
    const ConfigFile config = read_config_file(folders.config_file, folders.home);

    PeerOptions options;
    options.port = config.port.value_or(options.port);
    Strings neighbours = parsed.arguments();
    if (!neighbours.empty() && all_digits(neighbours.front())) {
        options.port = parse_port(neighbours.front());
        neighbours.erase(neighbours.begin());
    }
    options.neighbours = neighbours.empty() ? config.peers : parse_peers(neighbours);
    for (const std::string& share : parsed.texts("share")) {
        options.shares.push_back(folder(share, "--share"));
    }
    if (options.shares.empty()) {
        options.shares = config.shares;
    }
    options.downloads = parsed.has("downloads") ? folder(parsed.text("downloads"), "--downloads")
                                                : config.downloads.value_or(options.downloads);
    options.state =
        parsed.has("state") ? folder(parsed.text("state"), "--state") : config.state.value_or(folders.state);
    read_transfer_options(options.transfers, parsed, config);
    read_dialect(options, parsed, config);
    options.role = parsed.has("role") ? parse_role(parsed.text("role")) : config.role.value_or(options.role);
    options.verbose = parsed.switched_on("verbose") || config.verbose.value_or(false);
    return options;
}

/// Options that search and get share.
po::options_description asking_options() {
    po::options_description known;
    known.add_options()("peer,p", po::value<Strings>())("timeout,t", po::value<std::string>())(
        "dialect", po::value<std::string>())("json", po::bool_switch());
    return known;
}

Patience read_patience(const Parsed& parsed, const ConfigFile& config) {
    return parsed.has("timeout") ? parse_timeout(parsed.text("timeout")) : config.timeout;
}

template <class Options>
void read_asking_options(Options& options, const Parsed& parsed, const ConfigFile& config) {
    options.peers = parsed.has("peer") ? parse_peers(parsed.texts("peer")) : config.peers;
    options.patience = read_patience(parsed, config);
    options.timeout = options.patience.value_or(options.timeout);
    read_dialect(options, parsed, config);
    options.format = parsed.format();
}

Command parse_search_command(Arguments arguments, const UserFolders& folders) {
    const Parsed parsed(arguments, asking_options());
    if (parsed.has("help")) {
        return TextWanted{help_for("search")};
    }
    SearchOptions options;
    for (const std::string& word : parsed.arguments()) {
        options.words += (options.words.empty() ? "" : " ") + word;
    }
    if (options.words.find_first_not_of(' ') == std::string::npos) {
        throw UsageError("there is nothing to search for; name at least one word");
    }
    read_asking_options(options, parsed, read_config_file(folders.config_file, folders.home));
    if (options.peers.empty()) {
        throw UsageError("there is nobody to ask; name a peer with --peer HOST:PORT");
    }
    return options;
}

Command parse_get_command(Arguments arguments, const UserFolders& folders) {
    po::options_description known = asking_options();
    known.add_options()("output,o", po::value<std::string>());
    add_transfer_options(known);
    const Parsed parsed(arguments, known);
    if (parsed.has("help")) {
        return TextWanted{help_for("get")};
    }
    const Strings targets = parsed.arguments();
    if (targets.size() != 1) {
        throw UsageError(targets.empty() ? "there is nothing to get; give a file's name, URN or magnet link"
                                         : "only one file is fetched at a time; put quotes around a name with spaces");
    }
    GetOptions options;
    options.target = parse_target(targets.front());
    const ConfigFile config = read_config_file(folders.config_file, folders.home);
    read_asking_options(options, parsed, config);
    read_transfer_options(options.transfers, parsed, config);
    if (parsed.has("output")) {
        options.output = parsed.text("output");
        if (options.output->empty()) {
            throw UsageError("-o: the name is empty; give a file, a folder, or - for standard output");
        }
    }
    const auto* magnet = std::get_if<gnutella::Magnet>(&options.target);
    const bool names_sources = magnet != nullptr && !peers_of(*magnet).empty();
    if (options.peers.empty() && !names_sources) {
        throw UsageError("there is nobody to ask; name a peer with --peer HOST:PORT");
    }
    return options;
}

Command parse_ping_command(Arguments arguments, const UserFolders& folders) {
    po::options_description known;
    known.add_options()("timeout,t", po::value<std::string>())("dialect", po::value<std::string>())("json",
                                                                                                    po::bool_switch());
    const Parsed parsed(arguments, known);
    if (parsed.has("help")) {
        return TextWanted{help_for("ping")};
    }
    const Strings peers = parsed.arguments();
    if (peers.size() != 1) {
        throw UsageError("one peer is pinged; name it as HOST:PORT");
    }
    PingOptions options;
    options.peer = parse_peer(peers.front());
    const ConfigFile config = read_config_file(folders.config_file, folders.home);
    options.patience = read_patience(parsed, config);
    read_dialect(options, parsed, config);
    options.format = parsed.format();
    return options;
}

Command parse_browse_command(Arguments arguments) {
    po::options_description known;
    known.add_options()("json", po::bool_switch());
    const Parsed parsed(arguments, known);
    if (parsed.has("help")) {
        return TextWanted{help_for("browse")};
    }
    const Strings peers = parsed.arguments();
    if (peers.size() != 1) {
        throw UsageError("one peer is browsed; name it as HOST:PORT");
    }
    return BrowseOptions{parse_peer(peers.front()), parsed.format()};
}

Command parse_hash_command(Arguments arguments) {
    po::options_description known;
    known.add_options()("magnet", po::bool_switch());
    const Parsed parsed(arguments, known);
    if (parsed.has("help")) {
        return TextWanted{help_for("hash")};
    }
    HashOptions options;
    for (const std::string& file : parsed.arguments()) {
        options.files.emplace_back(file);
    }
    if (options.files.empty()) {
        throw UsageError("there is nothing to hash; name at least one file");
    }
    options.form = parsed.switched_on("magnet") ? HashOptions::Form::magnet : HashOptions::Form::urn;
    return options;
}

gnutella::Urn urn_of(const Target& target) {
    if (const auto* magnet = std::get_if<gnutella::Magnet>(&target)) {
        return magnet->urn;
    }
    if (const auto* urn = std::get_if<gnutella::Urn>(&target)) {
        return *urn;
    }
    throw UsageError(printable(std::get<std::string>(target)) +
                     " is no URN; give urn:sha1:, urn:tree:tiger/: or urn:bitprint:, or a magnet link");
}

Command parse_verify_command(Arguments arguments) {
    const Parsed parsed(arguments, po::options_description());
    if (parsed.has("help")) {
        return TextWanted{help_for("verify")};
    }
    const Strings both = parsed.arguments();
    if (both.size() != 2) {
        throw UsageError("a file is verified by its URN; give FILE URN");
    }
    return VerifyOptions{both[0], urn_of(parse_target(both[1]))};
}

Command parse_command(const std::string& name, Arguments arguments, const UserFolders& folders) {
    if (name == "peer") {
        return parse_peer_command(arguments, folders);
    }
    if (name == "search") {
        return parse_search_command(arguments, folders);
    }
    if (name == "get") {
        return parse_get_command(arguments, folders);
    }
    if (name == "ping") {
        return parse_ping_command(arguments, folders);
    }
    if (name == "browse") {
        return parse_browse_command(arguments);
    }
    if (name == "hash") {
        return parse_hash_command(arguments);
    }
    if (name == "verify") {
        return parse_verify_command(arguments);
    }
    throw UsageError('\'' + printable(name) +
                     "' is no command; those known are peer, search, get, browse, ping, hash and verify");
}

}  // namespace

Command parse_command_line(Arguments arguments, const UserFolders& folders) {
    if (arguments.empty()) {
        throw UsageError("there is no command; see gnut --help");
    }
    const std::string& name = arguments.front();
    if (name == "--help" || name == "-h") {
        return TextWanted{general_help()};
    }
    if (name == "--version") {
        return TextWanted{"gnut " + std::string(gnutella::version) + '\n'};
    }
    try {
        return parse_command(name, arguments.subspan(1), folders);
    } catch (const po::error& error) {
        throw UsageError(printable(error.what()) + "; see gnut " + name + " --help");
    }
}

}  // namespace gnut
