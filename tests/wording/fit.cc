// Fits the points of lexicons/en/wording.toml from labelled posts, and prints that file.
//
//   fit_wording [--terms N] [--concepts N] [--ridge R] [--concept-scale S] [--fewest N] [--about LABELLED.jsonl]... [--score LABELLED.jsonl]...
//               [--example-weight W] LEXICONS LABELLED.jsonl... > lexicons/en/wording.toml
//
// A logistic regression over the words, the pairs of neighbours and the lexicon's concepts of each post, breach or not, both kinds weighing the same; AdaGrad with a
// ridge, a fixed seed, one thread: the same files in the same order give the same bytes.  A point is a twentieth of log odds; the
// terms that bear most are kept, and what no post holds is as good as 0: the head says how far from 0 `from` and `below` are to be counted.
// LEXICONS is the folder the points are for; what it holds of points is not looked at.  Its entries' examples are learned from too: what they match, and what
// they ignore where nothing else takes it for a breach, at half the weight of a post, since they are made up to show one thing.  --about: of this file only posts that hold a word of its `about`, because no
// others read as a breach.  --score says what the points do on posts that were not learned from.
//
// What is kept out, so that nobody is flagged for who they are: words mostly written with a capital inside a sentence are
// names, and have no points, alone or in a pair, nor have numbers; what says who somebody is, a role, a faith, a sex, an origin, has none above zero,
// alone, in a pair, or as a phrase of a concept: "that head" is no reproach.
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/judge.h"
#include "pipeline/wording.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"

namespace heed {
namespace {

constexpr double kUnit = 0.05;  // of log odds, a point
double kRidge = 0.01;
constexpr double kRate = 0.3, kScale = 0.3, kPairScale = 0.25;  // a pair is rarer than its words, and so learned with more care
double kConceptScale = 0.3;  // a concept is held by many posts, and says less of each
constexpr int kRounds = 10;
int kFewest = 2;  // posts a word must stand in
double kExampleWeight = 0.5;

// Who somebody is.
constexpr std::string_view kWho[] = {
    "muslim", "muslims", "islam", "islamic", "mosque", "hijab", "jew", "jews", "jewish", "christian", "christians", "catholic", "catholics", "protestant", "hindu", "sikh", "gay", "gays",
    "lesbian", "lesbians", "bi", "bisexual", "queer", "lgbt", "trans", "transgender", "nonbinary", "black", "white", "brown", "asian", "asians", "african", "polish", "poles", "indian", "pakistani",
    "chinese", "somali", "romanian", "romanians", "irish", "traveller", "travellers", "roma", "gypsy", "gypsies", "foreign", "foreigner", "foreigners", "immigrant", "immigrants", "migrant", "migrants", "refugee",
    "refugees", "asylum", "ethnic", "minority", "minorities", "disabled", "disability", "autistic", "autism", "adhd", "dyslexic", "dyslexia", "wheelchair", "deaf", "blind", "stammer", "send", "sen", "senco", "woman", "women",
    "man", "men", "girl", "girls", "boy", "boys", "female", "females", "male", "lad", "lads", "lady", "ladies", "mum", "mums", "dad", "dads", "parent", "parents", "pupil", "pupils", "student", "students", "kid", "kids", "child",
    "children", "teacher", "teachers", "head", "heads", "headteacher", "headmaster", "headmistress", "heidie", "deputy", "principal", "governor", "governors", "staff", "secretary", "receptionist", "caretaker", "janitor", "jannie",
    "ta", "tas", "nurse", "coach", "chair", "mr", "mrs", "ms", "miss", "sir", "dr", "school", "schools", "academy", "college", "year", "he", "she", "him", "her", "his", "they", "them", "their",
    "named", "surname", "accent", "fat", "ginger", "poor", "old", "english", "british", "scottish", "welsh", "arab", "turkish", "church", "mixed",
};

struct Post {
  std::vector<std::uint32_t> terms;
  int category = -1;  // -1: no breach
  double weight = 1;
};

constexpr std::string_view kConcept = "concept ";  // what a concept's name is written behind, as a term

// Says what a post holds of a lexicon's concepts.
class Concepts {
 public:
  explicit Concepts(const std::string& folder) {
    std::vector<LexiconFile> files;
    for (const auto& path : std::filesystem::recursive_directory_iterator(folder)) {
      if (path.path().extension() != ".toml" || path.path().filename() == "wording.toml") continue;
      auto text = ReadFile(path.path().string());
      if (!text) throw std::runtime_error(text.error().message());
      files.push_back({path.path().string(), *std::move(text)});
    }
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    auto lexicon = LoadLexicon(files);
    if (!lexicon) throw std::runtime_error(ToString(lexicon.error()));
    for (const Concept& c : lexicon->concepts) defined_.insert(c.id);
    about_.insert(lexicon->wording.about.begin(), lexicon->wording.about.end());
    lexicon_ = std::make_shared<const Lexicon>(*std::move(lexicon));
    const auto judge = Judge::Make(lexicon_, {}, {});
    if (!judge) throw std::runtime_error(judge.error().message());
    auto worker = judge->NewWorker();
    if (!worker) throw std::runtime_error(worker.error().message());
    worker_ = std::make_unique<Judge::Worker>(*std::move(worker));
  }

  const Lexicon& lexicon() const { return *lexicon_; }
  // By rules alone, without points.
  bool IsFlagged(std::string_view text) {
    worker_->Assess(kAnySchool, std::span(&text, 1), MentionPolicy::kAny, assessed_);
    return assessed_.front().flag;
  }

  const std::set<std::string>& about() const { return about_; }
  // Of the post, each once; into `who` those that it holds by a word that says who somebody is.
  std::set<std::string> Of(std::string_view text, const std::set<std::string, std::less<>>& who_words, std::set<std::string>& who) {
    std::set<std::string> all;
    for (const auto& shown : worker_->Explain(kAnySchool, text).concepts) {
      if (shown.view != View::kPlain || shown.misspelt || defined_.count(shown.concept_id) == 0) continue;
      std::string term = std::string(kConcept) + shown.concept_id;
      if (who_words.count(LowerAscii(shown.words)) != 0) who.insert(term);
      all.insert(std::move(term));
    }
    return all;
  }

 private:
  std::set<std::string> defined_, about_;
  std::shared_ptr<const Lexicon> lexicon_;
  std::unique_ptr<Judge::Worker> worker_;
  std::vector<Assessment> assessed_;
};

class Fitter {
 public:
  explicit Fitter(Concepts& concepts) : concepts_(concepts) {}
  // Whether only posts that the lexicon's words may read as a breach count from now on.
  void OnlyAbout(bool only) { only_about_ = only; }

  void Read(const char* file) {
    const std::string all = Text(file);
    JsonParser parser;
    for (const std::string_view line : Split(all, '\n')) {
      if (line.empty()) continue;
      const auto json = parser.Parse(line);
      if (!json) throw std::runtime_error(std::string(file) + ": " + json.error().message());
      const auto text = (*json)["text"].String();
      if (!text) continue;
      const bool flag = (*json)["flag"].Bool().value_or((*json)["label"].Int().value_or(0) != 0);
      int category = -1;
      if (flag) {
        category = static_cast<int>(Category::kAbuse) - 1;
        if (const auto named = ParseCategory((*json)["category"].StringOr(""))) category = static_cast<int>(*named) - 1;
      }
      Add(*text, category);
    }
  }

  // What the entries of the lexicon's own language show of themselves.  An entry of severity 1 flags nothing.
  void ReadExamples() {
    weight_ = kExampleWeight;
    std::set<std::string_view> known;
    for (const Entry& entry : concepts_.lexicon().entries) {
      if (entry.status != EntryStatus::kLive || entry.language != "en") continue;
      for (const std::string& text : entry.matches)
        if (entry.severity >= 2 && known.insert(text).second) Add(text, static_cast<int>(entry.category) - 1);
      for (const std::string& text : entry.ignores)
        if (known.insert(text).second && !concepts_.IsFlagged(text)) Add(text, -1);
    }
    weight_ = 1;
  }

  void Print(std::size_t most_words, std::size_t most_concepts) {
    Choose();
    Fit();
    // Concepts first: the words make up for those that are left out.
    const auto concepts = Best(true, most_concepts);
    const std::set<std::uint32_t> among(concepts.begin(), concepts.end());
    for (Post& post : posts_) std::erase_if(post.terms, [&](std::uint32_t t) { return IsConcept(t) && among.count(t) == 0; });
    Fit();
    const auto words = Best(false, most_words);
    chosen_.assign(kept_.size(), 0);
    std::map<std::pair<int, int>, std::array<std::set<std::string_view>, 2>> lists;  // points, most first, and category; words, concepts
    for (const auto* best : {&words, &concepts}) {
      for (const std::uint32_t t : *best) {
        const int points = chosen_[t] = static_cast<int>(std::lround(weights_[t] / kUnit));
        if (points != 0) lists[{-points, points > 0 ? CategoryOf(t) : -1}][IsConcept(t)].insert(IsConcept(t) ? std::string_view(kept_[t]).substr(kConcept.size()) : std::string_view(kept_[t]));
      }
    }
    std::cout << "# What words and concepts weigh: made by build/tests/fit_wording from " << posts_.size() << " labelled posts and examples; not to be changed by hand.  A post without any of them\n# stands at "
              << std::lround(bias_ / kUnit) << ", which `from` and its like in reads-as.toml have in them.\n\nlanguage = \"en\"\nauthor = \"heed\"\n";
    for (const auto& [key, both] : lists) {
      std::cout << "\n[[weigh]]\npoints = " << -key.first << "\n";
      if (key.second >= 0) std::cout << "category = \"" << ToString(kCategories[static_cast<std::size_t>(key.second)]) << "\"\n";
      for (const bool concept_ids : {true, false}) {
        if (both[concept_ids].empty()) continue;
        std::cout << (concept_ids ? "concepts = [" : "words = [");
        const char* comma = "";
        for (const std::string_view word : both[concept_ids]) std::cout << comma << '"' << word << '"', comma = ", ";
        std::cout << "]\n";
      }
    }
    std::cerr << posts_.size() << " posts, " << words.size() << " words and pairs and " << concepts.size() << " concepts of " << kept_.size() << "\n";
  }

  // What these points do on posts that were not learned from.
  void Score(const char* file) {
    Fitter other(concepts_);
    other.Read(file);
    std::unordered_map<std::string, std::uint32_t> numbers;
    for (std::uint32_t t = 0; t < kept_.size(); ++t) numbers.emplace(kept_[t], t);
    std::vector<std::pair<double, int>> sums;
    const int bias = static_cast<int>(std::lround(bias_ / kUnit));
    for (const auto& post : other.raw_) {
      double sum = bias;
      for (const std::string& term : post.terms)
        if (const auto at = numbers.find(term); at != numbers.end()) sum += chosen_[at->second];
      sums.emplace_back(sum, post.category);
    }
    const auto share = [&](bool breach, double from) {
      double all = 0, over = 0;
      for (const auto& [sum, category] : sums)
        if ((category >= 0) == breach) ++all, over += sum >= from;
      return all > 0 ? 100 * over / all : 0;
    };
    std::cerr << file << ", points: caught / wrongly flagged:";
    for (const int from : {-20, -10, 0, 8, 12, 16, 20, 24, 28, 32, 40, 48}) std::fprintf(stderr, "  %d: %.1f/%.1f", from, share(true, from), share(false, from));
    std::cerr << "\n";
  }

 private:
  static std::string Text(const char* file) {
    auto text = ReadFile(file);
    if (!text) throw std::runtime_error(text.error().message());
    return *std::move(text);
  }

  bool IsConcept(std::uint32_t t) const { return kept_[t].starts_with(kConcept); }

  // Those that bear most: a point more or less in many posts.
  std::vector<std::uint32_t> Best(bool concepts, std::size_t most) const {
    std::vector<std::pair<double, std::uint32_t>> by_worth;
    for (std::uint32_t t = 0; t < kept_.size(); ++t)
      if (IsConcept(t) == concepts) by_worth.emplace_back(std::abs(weights_[t]) * std::sqrt(counts_[t]), t);
    std::sort(by_worth.rbegin(), by_worth.rend());
    by_worth.resize(std::min(most, by_worth.size()));
    std::vector<std::uint32_t> best;
    for (const auto& [worth, t] : by_worth) best.push_back(t);
    return best;
  }

  static bool Capital(std::string_view text, std::uint32_t at) { return at < text.size() && std::isupper(static_cast<unsigned char>(text[at])); }

  void Add(std::string_view text, int category) {
    const Folded folded = Fold(text);
    std::set<std::string> terms;
    std::string before;
    bool starts = true;
    bool shouted = std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    for (const Word& word : folded.words) {
      const std::string own(folded.of(word));
      if (word.kind == WordKind::kWord && !starts && !shouted) {
        auto& [capital, all] = capitals_[own];
        ++all;
        capital += Capital(text, word.begin) && !(word.end > word.begin + 1 && Capital(text, word.begin + 1));
      }
      starts = word.kind != WordKind::kWord || word.ends_sentence;
      if (!IsWorded(own, word.kind)) continue;
      terms.insert(own);
      if (!before.empty()) terms.insert(before + " " + own);
      before = own;
    }
    if (only_about_ && std::none_of(terms.begin(), terms.end(), [this](const std::string& term) { return concepts_.about().count(term) != 0; })) return;
    terms.merge(concepts_.Of(text, kWhoWords, who_concepts_));
    raw_.push_back({std::move(terms), category, weight_});
  }

  bool IsName(const std::string& word) const {
    const auto at = capitals_.find(word);
    return at != capitals_.end() && at->second.second >= 2 && 10 * at->second.first > 6 * at->second.second;
  }

  // The words and pairs that may have points, and posts by their numbers.
  void Choose() {
    std::map<std::string, int> counts;
    for (const auto& post : raw_)
      for (const std::string& term : post.terms) ++counts[term];
    // A name or a number in it, or a letter alone.
    const auto named = [this](std::string_view term) {
      if (term.starts_with(kConcept)) return false;
      for (const std::string_view word : Split(term, ' '))
        if (IsName(std::string(word))) return true;
      return term.find_first_of("0123456789") != std::string_view::npos || (term.size() == 1 && term[0] >= 'a' && term[0] <= 'z');
    };
    std::unordered_map<std::string, std::uint32_t> numbers;
    for (const auto& [term, count] : counts) {
      if (count < kFewest || named(term) || term.find_first_of("\"\\") != std::string::npos) continue;
      numbers.emplace(term, static_cast<std::uint32_t>(kept_.size()));
      const auto words = Split(term, ' ');
      const bool is_concept = term.starts_with(kConcept);
      held_.push_back(is_concept ? who_concepts_.count(term) != 0 : std::any_of(words.begin(), words.end(), [&](std::string_view word) { return kWhoWords.count(word) != 0; }));
      scales_.push_back(is_concept ? kConceptScale : words.size() > 1 ? kPairScale : kScale);
      kept_.push_back(term);
    }
    counts_.resize(kept_.size());
    by_category_.resize(kept_.size());
    for (const auto& post : raw_) {
      Post numbered{{}, post.category, post.weight};
      for (const std::string& term : post.terms)
        if (const auto at = numbers.find(term); at != numbers.end()) numbered.terms.push_back(at->second);
      for (const std::uint32_t t : numbered.terms) {
        ++counts_[t];
        if (post.category >= 0) ++by_category_[t][static_cast<std::size_t>(post.category)];
      }
      if (post.category >= 0) ++in_category_[static_cast<std::size_t>(post.category)];
      posts_.push_back(std::move(numbered));
    }
  }

  void Fit() {
    weights_.assign(kept_.size(), 0);
    bias_ = 0;
    std::vector<double> past(kept_.size(), 0.1);
    double breaches = 0, all = 0;
    for (const Post& post : posts_) all += post.weight, breaches += post.weight * (post.category >= 0);
    const double share = breaches / all;
    std::mt19937_64 random(1);
    std::vector<std::uint32_t> order(posts_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    for (int round = 0; round < kRounds; ++round) {
      for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
      for (const std::uint32_t i : order) {
        const Post& post = posts_[i];
        const bool breach = post.category >= 0;
        double sum = 0;
        for (const std::uint32_t t : post.terms) sum += weights_[t] * scales_[t];
        const double p = 1 / (1 + std::exp(-(sum + bias_)));
        const double error = post.weight * (p - breach) / (2 * (breach ? share : 1 - share));
        for (const std::uint32_t t : post.terms) {
          const double step = error * scales_[t] + kRidge * weights_[t];
          past[t] += step * step;
          weights_[t] -= kRate * step / std::sqrt(past[t]);
          if (held_[t]) weights_[t] = std::min(weights_[t], 0.0);
        }
        bias_ -= 0.01 * error;
      }
    }
    for (std::uint32_t t = 0; t < weights_.size(); ++t) weights_[t] *= scales_[t];
  }

  // Of which kind of breach it speaks most, each kind taken as equally common.
  int CategoryOf(std::uint32_t t) const {
    int best = 0;
    double most = -1;
    for (std::size_t c = 0; c < kCategories.size(); ++c) {
      const double rate = by_category_[t][c] / (in_category_[c] + 1);
      if (rate > most) most = rate, best = static_cast<int>(c);
    }
    return best;
  }

  struct Raw {
    std::set<std::string> terms;
    int category;
    double weight;
  };
  inline static const std::set<std::string, std::less<>> kWhoWords{std::begin(kWho), std::end(kWho)};
  Concepts& concepts_;
  bool only_about_ = false;
  double weight_ = 1;  // of the posts read now
  std::set<std::string> who_concepts_;
  std::vector<Raw> raw_;
  std::unordered_map<std::string, std::pair<int, int>> capitals_;  // of a word inside sentences: with a capital, and all
  std::vector<std::string> kept_;
  std::vector<bool> held_;  // never above zero
  std::vector<double> counts_, weights_, scales_;  // scales_: of a post's terms, before they are multiplied by weights
  std::vector<std::array<double, kCategories.size()>> by_category_;
  std::array<double, kCategories.size()> in_category_{};
  std::vector<Post> posts_;
  double bias_ = 0;
  std::vector<int> chosen_;  // points
};

}  // namespace
}  // namespace heed

int main(int argc, char** argv) try {
  std::size_t most_words = 20'000, most_concepts = 800;
  std::vector<const char*> about, scored, others;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with("--")) {
      others.push_back(argv[i]);
      continue;
    }
    if (++i == argc) throw std::runtime_error(std::string(argument) + " wants a value");
    if (argument == "--terms") most_words = std::stoul(argv[i]);
    else if (argument == "--concepts") most_concepts = std::stoul(argv[i]);
    else if (argument == "--about") about.push_back(argv[i]);
    else if (argument == "--score") scored.push_back(argv[i]);
    else if (argument == "--ridge") heed::kRidge = std::stod(argv[i]);
    else if (argument == "--concept-scale") heed::kConceptScale = std::stod(argv[i]);
    else if (argument == "--example-weight") heed::kExampleWeight = std::stod(argv[i]);
    else if (argument == "--fewest") heed::kFewest = std::stoi(argv[i]);
    else throw std::runtime_error("there is no option " + std::string(argument));
  }
  if (others.size() < 2) throw std::runtime_error("the lexicons' folder and labelled posts are wanted");
  heed::Concepts concepts(others.front());
  heed::Fitter fitter(concepts);
  fitter.OnlyAbout(true);
  for (const char* file : about) fitter.Read(file);
  fitter.OnlyAbout(false);
  for (std::size_t i = 1; i < others.size(); ++i) fitter.Read(others[i]);
  fitter.ReadExamples();
  fitter.Print(most_words, most_concepts);
  for (const char* file : scored) fitter.Score(file);
} catch (const std::exception& e) {
  std::cerr << "fit_wording: " << e.what() << "\n";
  return 1;
}
