namespace Reranking.Conformance;

/// <summary>A query and documents as a help center has them, written for these tests.</summary>
public static class HelpCenter
{
    public const string Query = "How do I reset my password?";

    public static IReadOnlyList<string> Documents { get; } =
    [
        "Invoices are sent on the first working day of each month.",
        "To reset your password, open the sign-in page and choose \"Forgot password\". We send you a link that is valid for one hour.",
        "Reset",
        "A password has at least twelve characters. Passwords that were part of a known leak are refused.",
        "Returns are free within 30 days. Print the label from your order page and drop the parcel at any shop.",
        "Ändern Sie Ihr Kennwort unter „Mein Konto“. 🔑",
        "If the reset link has expired, ask for a new one; how often you do so does not matter.",
        "You can pause your subscription for up to three months. Nothing is charged during the pause, and your data stays where it is.",
    ];
}
