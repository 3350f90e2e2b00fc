using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Reranking.Prompting;

/// <summary>Splits a text into words, and tells which of them carry a fact.</summary>
internal ref struct PassageWordReader
{
    // Inside a word they belong to it: "don't", "e-mail", "1.5", "help.example/a", "C++". At its edge they are punctuation.
    private const string Joints = "'-./_:@\\^&#+";

    // Between two numbers they calculate, even with spaces around them.
    private const string Operators = "-*/:";

    private static readonly FrozenSet<string> Numbers = Set(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty "
        + "forty fifty sixty seventy eighty ninety hundred thousand million billion dozen half third quarter double triple single once twice "
        + "null eins ein eine einen einem einer zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig hundert tausend million halb doppelt "
        + "un une deux trois quatre cinq sept huit neuf dix onze douze vingt cent mille uno una dos tres cuatro cinco siete ocho nueve diez "
        + "due tre quattro cinque sei sette otto nove dieci um uma dois duas três quatro seis sete oito dez "
        + "один одна два две три четыре пять шесть семь восемь девять десять сто тысяча");

    // Negations, and what bounds or reverses a statement.
    private static readonly FrozenSet<string> Facts = Set(
        "not no never none nor neither nobody nothing nowhere without cannot except unless but only hardly rarely seldom barely "
        + "all any some every each both either always sometimes often must may might can could should shall will would "
        + "more less fewer most least minimum maximum min max above below over under before after until since within beyond up down on off true false yes "
        + "first last next previous old new open closed free paid required optional allowed forbidden "
        + "daily weekly monthly quarterly yearly annually "
        + "nicht kein keine keinen keinem keiner keines nie niemals nichts niemand ohne nur außer immer muss darf kann vor nach über unter mehr weniger ja "
        + "nein ne pas jamais rien sans aucun aucune ni personne que sauf seulement toujours avant après plus moins oui non "
        + "nunca jamás nada sin ningún ninguna nadie tampoco solo siempre antes después más menos sí mai senza nessuno nessuna niente sempre prima dopo più "
        + "meno não nem sem nenhum nenhuma ninguém sempre mais geen niet nooit zonder niemand niets altijd nie bez brak tylko "
        + "не нет ни без никогда ничего никто нельзя только всегда до после");

    private readonly string _text;
    private readonly StringBuilder _word = new();
    private readonly List<PassageWord> _words = [];
    private bool _isCapitalized;
    private bool _isCaseless;

    private PassageWordReader(string text) => _text = text;

    public static List<PassageWord> Read(string text)
    {
        var reader = new PassageWordReader(text);
        int next;
        for (int i = 0; i < text.Length; i = next)
        {
            Rune rune = RuneAt(text, i);
            next = i + rune.Utf16SequenceLength;
            reader.Add(rune, i, next);
        }

        reader.EndWord();
        return reader._words;
    }

    private void Add(Rune rune, int start, int next)
    {
        UnicodeCategory category = Rune.GetUnicodeCategory(rune);
        if (category is UnicodeCategory.Format || (category is UnicodeCategory.Control && !Rune.IsWhiteSpace(rune)))
        {
            return;   // a soft hyphen or a zero-width space does not end a word
        }

        if (IsOfAWord(rune, category))
        {
            _word.Append(Rune.ToLowerInvariant(rune));
            _isCapitalized |= category is UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter;
            _isCaseless |= category is UnicodeCategory.OtherLetter;
        }
        else if (_word.Length > 0 && IsJoint(rune, next))
        {
            _word.Append(Plain(rune));
        }
        else
        {
            bool touchesAWord = _word.Length > 0;
            EndWord();
            if (!Rune.IsWhiteSpace(rune) && IsMeaningful(rune, category, touchesAWord, start, next))
            {
                // A word of its own: "$5" is not "€5", and scripts without spaces have no others.
                _words.Add(new PassageWord(Plain(rune).ToString(), IsFact: true, IsNumber: false, IsCapitalized: false));
            }
        }
    }

    private void EndWord()
    {
        if (_word.Length > 0)
        {
            string word = _word.ToString();
            bool isNumber = Numbers.Contains(word) || word.Any(char.IsNumber);
            bool isFact = isNumber || _isCapitalized || _isCaseless || Facts.Contains(word) || word.EndsWith("n't", StringComparison.Ordinal);
            _words.Add(new PassageWord(word, isFact, isNumber, _isCapitalized));
            _word.Clear();
            (_isCapitalized, _isCaseless) = (false, false);
        }
    }

    private readonly bool IsJoint(Rune rune, int next)
    {
        if (next >= _text.Length || RuneAt(_text, next) is var after && !IsOfAWord(after, Rune.GetUnicodeCategory(after)))
        {
            return false;
        }

        Rune plain = Plain(rune);
        return plain.Value == ','
            ? char.IsDigit(_word[^1]) && Rune.IsDigit(RuneAt(_text, next))
            : plain.IsAscii && Joints.Contains((char)plain.Value, StringComparison.Ordinal);
    }

    private readonly bool IsMeaningful(Rune rune, UnicodeCategory category, bool touchesAWord, int start, int next)
    {
        Rune plain = Plain(rune);
        bool touchesNext = next < _text.Length && RuneAt(_text, next) is var after && IsOfAWord(after, Rune.GetUnicodeCategory(after));
        return plain.Value switch
        {
            '|' or '`' => false,
            '%' or '&' or '§' or '‰' or '′' or '″' => true,
            '#' or '@' => touchesAWord || touchesNext,
            '"' or '\'' => false,
            '!' => touchesNext && !touchesAWord,   // "!ready"
            '>' => !IsQuotationMark(start, next),
            '-' when touchesNext && !touchesAWord && Rune.IsDigit(RuneAt(_text, next)) => true,   // a sign
            var value when value < 0x80 && Operators.Contains((char)value, StringComparison.Ordinal) => Beside(start, -1) && Beside(next, +1),
            _ => category is UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.OtherSymbol
                || (category is UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.Surrogate),
        };
    }

    // As Markdown and mails quote.
    private readonly bool IsQuotationMark(int start, int next) =>
        (start == 0 || _text[start - 1] is '\n' or '\r') && next < _text.Length && _text[next] == ' ' && !Beside(next, +1);

    /// <summary>Returns whether the nearest character that is not white space is a digit.</summary>
    private readonly bool Beside(int index, int step)
    {
        int i = step < 0 ? index - 1 : index;
        while (i >= 0 && i < _text.Length && char.IsWhiteSpace(_text[i]))
        {
            i += step;
        }

        return i >= 0 && i < _text.Length && char.IsDigit(_text[i]);
    }

    private static bool IsOfAWord(Rune rune, UnicodeCategory category) =>
        rune.Value is not (>= 0x2E80 and < 0xA000 or >= 0xF900 and < 0xFB00 or >= 0x20000 and < 0x32000)   // Chinese and Japanese
        && (Rune.IsLetterOrDigit(rune) || category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);

    // The same sign in other typography.
    private static Rune Plain(Rune rune) => rune.Value switch
    {
        0x2018 or 0x2019 or 0x02BC or 0xFF07 => new Rune('\''),
        0x2010 or 0x2011 or 0x2012 or 0x2013 or 0x2014 or 0x2212 => new Rune('-'),
        _ => rune,
    };

    // A lone surrogate is a character of its own.
    private static Rune RuneAt(string text, int index) => Rune.TryGetRuneAt(text, index, out Rune rune) ? rune : Rune.ReplacementChar;

    private static FrozenSet<string> Set(string words) => words.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}

/// <summary>A word of a passage.</summary>
/// <param name="Text">The word in lower case.</param>
/// <param name="IsFact">Whether the passage says something else with another word in its place: a number, a name, a negation, a sign.</param>
/// <param name="IsNumber">Whether it is a number, in digits or in letters.</param>
/// <param name="IsCapitalized">Whether a letter is a capital.</param>
internal readonly record struct PassageWord(string Text, bool IsFact, bool IsNumber, bool IsCapitalized);
