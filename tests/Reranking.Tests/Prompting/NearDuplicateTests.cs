namespace Reranking.Tests;

/// <summary>What a reader would call the same is left out; what says something else stays, however alike the words are.</summary>
public sealed class NearDuplicateTests
{
    private const string Body =
        "customers who order through the shop get their parcel at the door, and whoever is not at home finds a card with the address of the nearest parcel " +
        "shop, where it is kept for a while; please bring a document with a photo, and if somebody else fetches it for you, " +
        "write a short note and sign it by hand";

    [Theory]
    [InlineData("The plan costs 5 euros a month.", "The plan costs 6 euros a month.")]
    [InlineData("The plan costs 5 euros a month.", "The plan costs 5 dollars a month.")]
    [InlineData("The plan costs $5 a month.", "The plan costs €5 a month.")]
    [InlineData("The plan costs 1.50 a month.", "The plan costs 150 a month.")]
    [InlineData("The plan costs five euros a month.", "The plan costs six euros a month.")]
    [InlineData("Basic 4.99, Plus 9.99, Pro 19.99, Team 49.99", "Basic 4.99, Plus 9.99, Pro 18.99, Team 49.99")]
    [InlineData("Keep it for 30 days.", "Keep it for 30 hours.")]
    [InlineData("The change is +5 %.", "The change is -5 %.")]
    [InlineData("The discount is 5 %.", "The discount is 5 points.")]
    [InlineData("Update to 3.2.1 first.", "Update to 3.2.2 first.")]
    [InlineData("Update to v2 first.", "Update to v3 first.")]
    [InlineData("Released on 2024-05-01.", "Released on 2025-05-01.")]
    [InlineData("Released on 1 May.", "Released on 1 June.")]
    [InlineData("Error E-1042 is about the clock.", "Error E-1043 is about the clock.")]
    [InlineData("Refunds are possible.", "Refunds are not possible.")]
    [InlineData("Refunds are possible.", "Refunds are impossible.")]
    [InlineData("Refunds are always possible.", "Refunds are never possible.")]
    [InlineData("The tax is included.", "The tax is excluded.")]
    [InlineData("The lock is enabled.", "The lock is disabled.")]
    [InlineData("You can share it.", "You can't share it.")]
    [InlineData("It works with a key.", "It works without a key.")]
    [InlineData("Pay before the trial ends.", "Pay after the trial ends.")]
    [InlineData("At least the owner signs.", "At most the owner signs.")]
    [InlineData("Rückgabe ist möglich.", "Rückgabe ist nicht möglich.")]
    [InlineData("Le retour est possible.", "Le retour n'est pas possible.")]
    [InlineData("Возврат возможен.", "Возврат не возможен.")]
    [InlineData("Alice signed the contract.", "Bob signed the contract.")]
    [InlineData("The contract of Alice with Bob.", "The contract of Bob with Alice.")]
    [InlineData("It is stored in Germany.", "It is stored in Finland.")]
    [InlineData("Use the iPhone app.", "Use the Android app.")]
    [InlineData("版本一的价格", "版本二的价格")]
    [InlineData("Press Ctrl + A.", "Press Ctrl + B.")]
    [InlineData("Write x >= y.", "Write x <= y.")]
    [InlineData("Run it if !ready.", "Run it if ready.")]
    [InlineData("Learn C# first.", "Learn C++ first.")]
    public void Pack_OneFactDiffers_KeepsBoth(string one, string two)
    {
        Assert.Equal(2, Count(one, two));
        foreach ((string before, string after) in new[] { (Body, Body), ("", Body), (Body, "") })
        {
            Assert.Equal(2, Count($"{before} {one} {after}", $"{before} {two} {after}"));
            Assert.Equal(2, Count($"{before} {two} {after}", $"{before} {one} {after}"));
        }
    }

    [Theory]
    [InlineData("The plan costs $5 a month.", "the plan  costs\n$5 a month")]
    [InlineData("The plan costs $5 a month.", "THE PLAN COSTS $5 A MONTH!")]
    [InlineData("The plan: it costs 5 euros.", "- The plan; it costs 5 euros")]
    [InlineData("\"Forgot password\" is on the page.", "“Forgot password” is on the page")]
    [InlineData("Don't share it.", "Don’t share it.")]
    [InlineData("**The plan** costs (at most) 5 euros.", "The plan costs, at most, 5 euros.")]
    [InlineData("# The plan\n\nIt costs 5 euros.", "The plan. It costs 5 euros.")]
    [InlineData("Öffnen Sie die „Einstellungen“.", "öffnen sie die \"Einstellungen\"")]
    [InlineData("版本 一，价格。", "版本一价格")]
    [InlineData("soft\u00ADhyphen and zero\u200Bwidth", "softhyphen and zerowidth")]
    public void Pack_OnlySpaceCaseOrPunctuationDiffers_IsOne(string one, string two)
    {
        Assert.Equal(1, Count(one, two));
        Assert.Equal(1, Count($"{Body} {one} {Body}", $"{Body} {two} {Body}"));
    }

    [Theory]
    [InlineData("please bring a document", "please take a document")]
    [InlineData("a short note", "a brief note")]
    [InlineData("for a while", "for a good while")]
    public void Pack_AnOrdinaryWordOfALongPassageDiffers_IsANearDuplicate(string one, string two) =>
        Assert.Equal(1, Count($"The rule: {Body}.", $"The rule: {Body.Replace(one, two, StringComparison.Ordinal)}."));

    [Fact]
    public void Pack_NoCapitalAtAll_NamesCanNotBeTold_KeepsBoth() => Assert.Equal(2, Count(Body + " says alice", Body + " says bob"));

    [Fact]
    public void Pack_TwoPriceLists_KeepBoth()
    {
        string list = string.Join('\n', Enumerable.Range(1, 60).Select(i => $"item number {i} costs {i * 3} euros"));

        Assert.Equal(2, Count(list, list.Replace("costs 90 euros", "costs 91 euros", StringComparison.Ordinal)));
    }

    private static int Count(string one, string two) =>
        new ContextPacker(text => text.Length, new() { TokenBudget = int.MaxValue }).Pack([new(one), new(two)]).Passages.Count;
}
