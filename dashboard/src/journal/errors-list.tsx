import { useNow } from '../app/clock.ts';
import { formatAge, formatCount } from '../app/formats.ts';
import { useBoard } from '../live/use-board.ts';

/** Which errors there were, by code; closed until somebody wants to know. */
export function ErrorsList() {
  const errors = useBoard((board) => board.errors);
  const now = useNow();
  const sorted = [...errors.values()].sort((a, b) => b.count - a.count);
  const total = sorted.reduce((sum, { count }) => sum + count, 0);
  return (
    <details className="errors">
      <summary>
        {total === 0
          ? 'No errors since this page was opened'
          : `${formatCount(total)} ${total === 1 ? 'error' : 'errors'} since this page was opened`}
      </summary>
      {sorted.length === 0 ? (
        <p className="placeholder">They would be listed here by service and code.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">Code</th>
              <th scope="col" className="number">
                Count
              </th>
              <th scope="col" className="number">
                Last
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ service, code, count, lastAt }) => (
              <tr key={`${service} ${code}`}>
                <td>{service}</td>
                <td>
                  <code>{code}</code>
                </td>
                <td className="number">{formatCount(count)}</td>
                <td className="number">{formatAge(now - lastAt)} ago</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}
