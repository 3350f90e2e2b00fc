namespace Docs.Tests;

/// <summary>Whoever meets a message finds it in the troubleshooting pages.</summary>
public sealed class MessageTests
{
    // Messages that need no entry, by the words that they are found by, and why.
    private static readonly Dictionary<string, string> Unlisted = new(StringComparer.Ordinal)
    {
        ["…"] = "filled in as a whole, with a message that has an entry of its own",
    };

    private static readonly Dictionary<string, string> Found = MessageTemplates.OfExceptions().Concat(MessageTemplates.OfValidators())
        .GroupBy(static message => MessageTemplates.Key(message.Template))
        .ToDictionary(static same => same.Key, static same => $"{same.First().File}: {same.First().Template}", StringComparer.Ordinal);

    public static TheoryData<string> Keys => [.. Found.Keys.Order(StringComparer.Ordinal)];

    private static string Pages { get; } = MessageTemplates.Words(string.Join('\n', Repository.Files("*.md", "docs/troubleshooting").Select(Repository.Read)));

    [Theory]
    [MemberData(nameof(Keys))]
    public void Message_OfTheSource_HasAnEntry(string key) => Assert.True(
        Unlisted.ContainsKey(key) || Pages.Contains(key, StringComparison.Ordinal),
        $"docs/troubleshooting has no entry with \"{key}\", which is in {Found[key]}");

    [Fact]
    public void Unlisted_EachOne_IsAMessage() => Assert.Empty(Unlisted.Keys.Except(Found.Keys));
}
