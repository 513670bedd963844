import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Fails with the elements that keep people out: serious and critical faults, and whatever breaks WCAG 2 A or AA.
 * @param within a selector, where only a part of the page is looked at */
export async function findNoFaults(page: Page, within = 'html'): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include(within).analyze();
  const faults = violations.filter(
    ({ impact, tags }) =>
      impact === 'serious' || impact === 'critical' || tags.includes('wcag2a') || tags.includes('wcag2aa'),
  );
  expect(faults.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}
