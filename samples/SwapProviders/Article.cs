namespace SwapProviders;

/// <summary>What a first stage found: for any question here the same few articles, so that only the scorer changes.</summary>
/// <param name="Title">The title.</param>
/// <param name="Text">What is scored.</param>
/// <param name="Confidential">Whether the text may not leave this machine; appsettings.json refers to it by its name.</param>
internal sealed record Article(string Title, string Text, bool Confidential = false)
{
    public static IReadOnlyList<Article> All { get; } =
    [
        new(
            "Password Security Best Practices",
            "Use at least 14 characters, and never the same password for two accounts. A password manager remembers them for you."),
        new("Two-Factor Sign-In", "A second factor protects your account even when somebody knows your password. Turn it on under Security."),
        new("Invoices", "Invoices are sent on the first working day of each month, to the address that is stored with your account."),
        new("Pausing a Subscription", "You can pause your subscription for up to three months. Nothing is charged during the pause."),
        new("Password Reset Guide", "Open the sign-in page, choose 'Forgot password' and follow the link that we send you. It is valid for one hour."),
        new("Returns", "Returns are free within 30 days. Print the label from your order page and drop the parcel at any shop."),
    ];
}
