using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Reranking;
using Reranking.Onnx;
using Samples;

const string Question = "How do I reset my password?";

using var scorer = new OnnxRelevanceScorer();
var reranker = new Reranker(scorer, logger: new WarningLogger());
var best = new RerankingOptions { TopN = 3 };

// A search as Agent Framework has it: a delegate that takes no count. Let it fetch wide; reranking cuts to TopN.
Func<string, CancellationToken, Task<IEnumerable<Article>>> search = (query, _) => Task.FromResult<IEnumerable<Article>>(HelpCenter.Search(query, count: 50));
Show.Ranking("First stage", (await search(Question, CancellationToken.None)).Select(article => article.Title));

// One way: the delegate, reranked. Hand it to the TextSearchProvider that you have.
Func<string, CancellationToken, Task<IEnumerable<Article>>> reranked = search.WithReranking(reranker, article => article.Text, best);
Show.Ranking("Search, reranked", (await reranked(Question, CancellationToken.None)).Select(article => article.Title));

// The other way: a context provider that searches before the agent answers, reranks, and gives the model numbered passages to cite.
var options = new RerankedContextProviderOptions<Article> { SourceNameSelector = article => article.Title, Reranking = best };
var provider = new RerankedContextProvider<Article>(search, reranker, article => article.Text, options);

// The agent's chat model is offline here, and answers with what it was asked.
using var model = new EchoChatClient();
var agent = new ChatClientAgent(model, new ChatClientAgentOptions { AIContextProviders = [provider] });
AgentSession session = await agent.CreateSessionAsync();
Show.Text("What the model reads", (await agent.RunAsync(Question, session)).Text);

// The next turn brings its own passages with numbers of their own; the history has what was said, and no passages.
await agent.RunAsync("And on the tablet?", session);
List<ChatMessage> history = agent.GetService<InMemoryChatHistoryProvider>()!.GetMessages(session);
Show.Ranking("History", history.Select(message => $"{message.Role}: {message.Text.Split('\n')[0]}"));
